# Code generated at build time by jingwei-compile (folder tools/), and the fuzzers.

# Files handed to jingwei-compile must be found again when only some folders are configured.
if(JINGWEI_PARTS)
  foreach(needed base schema tools)
    if(NOT needed IN_LIST JINGWEI_PARTS)
      message(FATAL_ERROR "JINGWEI_PARTS needs `${needed}`: generated sources come from jingwei-compile (base;schema;tools)")
    endif()
  endforeach()
endif()

# jw_compile(TARGET FOLDER dir): adds what jingwei-compile makes of dir's messages.yaml, sql/, migrations/ and api.yaml
# to TARGET. The headers are included as "<folder from the source root>/messages.gen.h", sql.gen.h and api.gen.h.
function(jw_compile target)
  cmake_parse_arguments(arg "" "FOLDER" "" ${ARGN})
  cmake_path(ABSOLUTE_PATH arg_FOLDER NORMALIZE)
  cmake_path(RELATIVE_PATH arg_FOLDER BASE_DIRECTORY ${CMAKE_SOURCE_DIR} OUTPUT_VARIABLE relative)
  set(out ${CMAKE_BINARY_DIR}/generated/${relative})
  file(GLOB messages CONFIGURE_DEPENDS ${arg_FOLDER}/messages.yaml)
  file(GLOB api CONFIGURE_DEPENDS ${arg_FOLDER}/api.yaml)
  file(GLOB sql CONFIGURE_DEPENDS ${arg_FOLDER}/sql/*.sql ${arg_FOLDER}/migrations/*.sql)
  set(outputs "")
  if(messages)
    list(APPEND outputs ${out}/messages.gen.h ${out}/messages.gen.cpp)
  endif()
  if(sql)
    list(APPEND outputs ${out}/sql.gen.h ${out}/sql.gen.cpp)
  endif()
  if(api)
    list(APPEND outputs ${out}/api.gen.h ${out}/api.gen.cpp)
    # One long constructor of tables, run once: GCC takes three times as long over it at -O2.
    if(CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo" AND NOT JINGWEI_SANITIZE)
      set_source_files_properties(${out}/api.gen.cpp PROPERTIES COMPILE_OPTIONS -O1)
    endif()
  endif()
  if(NOT outputs)
    return()
  endif()
  add_custom_command(
    OUTPUT ${outputs}
    COMMAND jingwei-compile folder ${relative} --out ${out}
    DEPENDS jingwei-compile ${messages} ${api} ${sql}
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
    COMMENT "Compiling ${relative} (messages, SQL, API)"
    VERBATIM)
  target_sources(${target} PRIVATE ${outputs})
endfunction()

# jw_openapi(TARGET HEADER FILES api.yaml...): generated/HEADER with `std::string_view jingwei::openapi_document()`,
# the OpenAPI 3.1 document of all the files; the document itself stands beside it as a .json file.
function(jw_openapi target)
  cmake_parse_arguments(arg "" "HEADER" "FILES" ${ARGN})
  set(header ${CMAKE_BINARY_DIR}/generated/${arg_HEADER})
  string(REGEX REPLACE "\\.gen\\.h$|\\.h$" "" stem ${header})
  set(files "")
  foreach(file IN LISTS arg_FILES)
    cmake_path(ABSOLUTE_PATH file NORMALIZE)
    cmake_path(RELATIVE_PATH file BASE_DIRECTORY ${CMAKE_SOURCE_DIR} OUTPUT_VARIABLE relative)
    list(APPEND files ${relative})
  endforeach()
  add_custom_command(
    OUTPUT ${header} ${stem}.gen.cpp ${stem}.json
    COMMAND jingwei-compile openapi --out ${stem}.json --header ${header} ${files}
    DEPENDS jingwei-compile ${arg_FILES}
    WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
    COMMENT "Writing the OpenAPI document"
    VERBATIM)
  target_sources(${target} PRIVATE ${header} ${stem}.gen.cpp)
endfunction()

# jw_fuzzer(NAME SOURCES file... LIBS lib...): a libFuzzer program; only with clang and JINGWEI_FUZZ=ON.
function(jw_fuzzer name)
  cmake_parse_arguments(arg "" "" "SOURCES;LIBS" ${ARGN})
  if(NOT JINGWEI_FUZZ)
    return()
  endif()
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "JINGWEI_FUZZ needs clang++: use the preset `fuzz`")
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR}/generated)
  target_compile_options(${name} PRIVATE -fsanitize=fuzzer,address,undefined)
  target_link_options(${name} PRIVATE -fsanitize=fuzzer,address,undefined)
  target_link_libraries(${name} PRIVATE ${arg_LIBS})
endfunction()

# jw_embed(HEADER path NAMESPACE ns NAME name FILES file...): generated/HEADER with an array NAME of
# {file name, text} in the order of the names. Texts must not hold `)text"`.
function(jw_embed)
  cmake_parse_arguments(arg "" "HEADER;NAMESPACE;NAME" "FILES" ${ARGN})
  set(out ${CMAKE_BINARY_DIR}/generated/${arg_HEADER})
  list(SORT arg_FILES)
  set(body "// Generated from files of the tree; edit those.\n#pragma once\n\n#include <string_view>\n#include <utility>\n\n")
  string(APPEND body "namespace ${arg_NAMESPACE} {\n\ninline constexpr std::pair<std::string_view, std::string_view> ${arg_NAME}[] = {\n")
  foreach(file IN LISTS arg_FILES)
    cmake_path(ABSOLUTE_PATH file NORMALIZE)
    cmake_path(GET file FILENAME name)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    file(READ ${file} text)
    string(APPEND body "{\"${name}\", R\"text(${text})text\"},\n")
  endforeach()
  string(APPEND body "};\n\n}  // namespace ${arg_NAMESPACE}\n")
  file(WRITE ${out}.new "${body}")
  execute_process(COMMAND ${CMAKE_COMMAND} -E copy_if_different ${out}.new ${out})
endfunction()
