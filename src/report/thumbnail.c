/* Pictures made smaller, so that a report stays small enough to be mailed.
 *
 * Comes in: a JPEG or PNG file of the site, which may be anything. Goes out: a JPEG of at most
 * THUMBNAIL_WIDTH pixels across. What is larger than PIXELS_MAX, or cannot be read, is left out.
 */
#include "writer.h"

#include <png.h>
#include <turbojpeg.h>

#define THUMBNAIL_WIDTH 360
#define QUALITY 60
#define PIXELS_MAX ((size_t)40 * 1000 * 1000)

typedef struct pixels {
    unsigned char *rgb;
    size_t width, height;
} pixels;

static bool fits(size_t width, size_t height) {
    return width && height && width <= 65500 && height <= 65500 && width * height <= PIXELS_MAX;
}

/* A JPEG is decoded at the smallest of its own scales that is large enough. */
static bool read_jpeg(slice bytes, pixels *out, arena *scratch) {
    int width = 0, height = 0, sampling, space, count = 0;
    tjhandle reader = tjInitDecompress();
    const unsigned char *data = (const unsigned char *)bytes.data;
    bool ok = reader &&
              tjDecompressHeader3(reader, data, bytes.length, &width, &height, &sampling, &space) == 0 &&
              width > 0 && height > 0 && fits((size_t)width, (size_t)height);
    tjscalingfactor *factors = tjGetScalingFactors(&count), best = {1, 1};
    for (int i = 0; ok && i < count; i++)
        if (TJSCALED(width, factors[i]) >= THUMBNAIL_WIDTH &&
            TJSCALED(width, factors[i]) < TJSCALED(width, best))
            best = factors[i];
    if (ok) {
        out->width = (size_t)TJSCALED(width, best);
        out->height = (size_t)TJSCALED(height, best);
        out->rgb = arena_alloc(scratch, out->width * out->height * 3);
        ok = tjDecompress2(reader, data, bytes.length, out->rgb, (int)out->width, 0, (int)out->height,
                           TJPF_RGB,
                           TJFLAG_LIMITSCANS) == 0; /* of a progressive one, each is a whole picture */
    }
    if (reader)
        tjDestroy(reader);
    return ok;
}

static bool read_png(slice bytes, pixels *out, arena *scratch) {
    static const png_color WHITE = {255, 255, 255};
    png_image image = {.version = PNG_IMAGE_VERSION};
    bool ok =
        png_image_begin_read_from_memory(&image, bytes.data, bytes.length) && fits(image.width, image.height);
    if (ok) {
        image.format = PNG_FORMAT_RGB;
        *out = (pixels){arena_alloc(scratch, PNG_IMAGE_SIZE(image)), image.width, image.height};
        ok = png_image_finish_read(&image, &WHITE, out->rgb, 0, NULL) != 0;
    }
    png_image_free(&image);
    return ok;
}

/* Each pixel of the smaller picture is the mean of those that it stands for. */
static pixels shrink(const pixels *in, arena *scratch) {
    if (in->width <= THUMBNAIL_WIDTH)
        return *in;
    pixels out = {NULL, THUMBNAIL_WIDTH, in->height * THUMBNAIL_WIDTH / in->width};
    out.height += out.height == 0;
    out.rgb = arena_alloc(scratch, out.width * out.height * 3);
    for (size_t y = 0; y < out.height; y++)
        for (size_t x = 0; x < out.width; x++) {
            size_t left = x * in->width / out.width, right = (x + 1) * in->width / out.width;
            size_t top = y * in->height / out.height, bottom = (y + 1) * in->height / out.height;
            size_t sums[3] = {0}, count = 0;
            for (size_t j = top; j < bottom || j == top; j++)
                for (size_t i = left; i < right || i == left; i++, count++)
                    for (size_t c = 0; c < 3; c++)
                        sums[c] += in->rgb[(j * in->width + i) * 3 + c];
            for (size_t c = 0; c < 3; c++)
                out.rgb[(y * out.width + x) * 3 + c] = (unsigned char)(sums[c] / count);
        }
    return out;
}

slice make_thumbnail(slice bytes, arena *scratch) {
    pixels whole;
    bool ok = slice_starts_with(bytes, SLICE("\xff\xd8\xff"))
                  ? read_jpeg(bytes, &whole, scratch)
                  : slice_starts_with(bytes, SLICE("\x89PNG")) && read_png(bytes, &whole, scratch);
    if (!ok)
        return (slice){NULL, 0};
    pixels small = shrink(&whole, scratch);
    tjhandle writer = tjInitCompress();
    unsigned char *jpeg = NULL;
    unsigned long size = 0;
    ok = writer && tjCompress2(writer, small.rgb, (int)small.width, 0, (int)small.height, TJPF_RGB, &jpeg,
                               &size, TJSAMP_420, QUALITY, 0) == 0;
    slice out = ok ? slice_copy((slice){(const char *)jpeg, size}, scratch) : (slice){NULL, 0};
    tjFree(jpeg);
    if (writer)
        tjDestroy(writer);
    return out;
}
