# Makes a C source of the shipped rule files: FILES (a list) → OUTPUT.
set(texts "")
set(table "")
set(index 0)
list(SORT FILES)
foreach(file ${FILES})
  get_filename_component(name ${file} NAME)
  file(READ ${file} bytes HEX)
  string(LENGTH "${bytes}" length)
  math(EXPR length "${length} / 2")
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
  string(APPEND texts "static const unsigned char TEXT_${index}[] = {${bytes} 0};\n")
  string(APPEND table "    {{\"${name}\", sizeof(\"${name}\") - 1}, {(const char *)TEXT_${index}, ${length}}, true},\n")
  math(EXPR index "${index} + 1")
endforeach()
file(WRITE ${OUTPUT} "/* Made from the files of mappings/. */
#include \"mapping/mapping.h\"

${texts}
static const mapping_source SHIPPED[] = {
${table}    {{\"\", 0}, {\"\", 0}, true},
};

const mapping_source *mapping_shipped(size_t *count) {
    *count = ${index};
    return SHIPPED;
}
")
