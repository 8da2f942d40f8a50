/* What the two ends of the pipes share: downloader.c (the run's end) and network.c (the process that has the
 * network). */
#ifndef ISOMERIZE_ASSETS_DOWNLOADER_H
#define ISOMERIZE_ASSETS_DOWNLOADER_H

#include "assets.h"
#include "wire.h"

/* Zero is no value of these. */
void downloader_fill_defaults(asset_fetch_options *o);

/* Serves what comes from `from` until its end; answers go to `to`. In a process of its own. */
_Noreturn void network_serve(int from, int to, const asset_fetch_options *options);

/* Sends a message, at the latest with the next downloader_wait. False: it is no message (wire_write). */
bool downloader_send(downloader *d, const wire_message *m);

/* Sends and receives what can be, for `ms` at most, until there is something to read. False: the process has
 * ended, or speaks nonsense. */
bool downloader_wait(downloader *d, int ms);

/* The next message that has come in; false: none. Its texts are good until the next downloader_wait. */
bool downloader_next(downloader *d, wire_message *m);

#endif
