# Compiler settings and the two verbs every folder uses: jw_library and jw_program.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)

option(JINGWEI_TESTS "Build the test programs" ON)
option(JINGWEI_BENCH "Build the benchmark programs" ON)
option(JINGWEI_FUZZ "Build the fuzzers (needs clang)" OFF)
set(JINGWEI_SANITIZE "" CACHE STRING "Sanitizers handed to -fsanitize=, such as address,undefined or thread")

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Precompiled headers and ccache agree only with this sloppiness: times inside the header are not looked at. Paths below the
  # source folder are hashed as relative ones, so that two checkouts share what they compiled.
  set(CMAKE_CXX_COMPILER_LAUNCHER
    ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
    CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${CCACHE})
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Wnon-virtual-dtor -Wcast-align -Woverloaded-virtual -fno-omit-frame-pointer)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 warns wrongly inside its own headers with these two when it inlines std::string and std::variant.
  add_compile_options(-fpch-preprocess -Wno-restrict -Wno-maybe-uninitialized -Wno-missing-field-initializers)
endif()
if(JINGWEI_SANITIZE)
  add_compile_options(-fsanitize=${JINGWEI_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${JINGWEI_SANITIZE})
  add_compile_definitions(JINGWEI_SANITIZED)
endif()

if(JINGWEI_FUZZ)
  # Every library tells the fuzzer which branches an input takes; the fuzz targets alone bring the driver (jw_fuzzer).
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined)
  add_link_options(-fsanitize=address,undefined)
endif()

find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)

# jw_package(NAME PKG): an imported target jw::NAME from pkg-config's PKG, headers as system headers.
function(jw_package name pkg)
  if(NOT TARGET jw::${name})
    pkg_check_modules(${name} REQUIRED IMPORTED_TARGET GLOBAL ${pkg})
    add_library(jw::${name} ALIAS PkgConfig::${name})
  endif()
endfunction()

# CMAKE_UNITY_BUILD (on in the presets `release`, `asan` and `tsan`) compiles sources of one target eight at a time: a third less
# work, and unnamed namespaces of one target share their names (docs/decisions/055).
set(CMAKE_UNITY_BUILD_BATCH_SIZE 8)

# The precompiled header is built once and shared by every library and program of the same flags.
add_library(jw_pch STATIC ${CMAKE_SOURCE_DIR}/cmake/pch.cpp)
target_include_directories(jw_pch PUBLIC ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR}/generated)
target_precompile_headers(jw_pch PRIVATE <cmake/pch.h>)
set_target_properties(jw_pch PROPERTIES UNITY_BUILD OFF)

# jw_library(NAME [PUBLIC lib...] [PRIVATE lib...] [FOLDERS folder...] [SOURCES file...] [TEST_LIBS lib...])
# A static library of the *.cpp of this folder and of FOLDERS below it (or SOURCES), and NAME_test of their *_test.cpp.
function(jw_library name)
  cmake_parse_arguments(arg "" "" "PUBLIC;PRIVATE;FOLDERS;SOURCES;TEST_LIBS" ${ARGN})
  set(sources *.cpp)
  set(tests *_test.cpp)
  foreach(folder IN LISTS arg_FOLDERS)
    list(APPEND sources ${folder}/*.cpp)
    list(APPEND tests ${folder}/*_test.cpp)
  endforeach()
  if(NOT arg_SOURCES)
    file(GLOB arg_SOURCES CONFIGURE_DEPENDS ${sources})
    list(FILTER arg_SOURCES EXCLUDE REGEX "_(test|fuzz|main)\\.cpp$")
  endif()
  add_library(${name} STATIC ${arg_SOURCES})
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR}/generated)
  target_link_libraries(${name} PUBLIC ${arg_PUBLIC} PRIVATE ${arg_PRIVATE} Threads::Threads)
  target_precompile_headers(${name} REUSE_FROM jw_pch)
  file(GLOB tests CONFIGURE_DEPENDS ${tests})
  if(tests AND JINGWEI_TESTS)
    jw_test(${name}_test SOURCES ${tests} LIBS ${name} ${arg_TEST_LIBS})
  endif()
endfunction()

# jw_test(NAME SOURCES file... LIBS lib...): a GoogleTest program; `./dev test` runs every program listed in tests.txt.
function(jw_test name)
  cmake_parse_arguments(arg "" "" "SOURCES;LIBS" ${ARGN})
  find_package(GTest REQUIRED)
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LIBS} GTest::gmock GTest::gtest GTest::gtest_main)
  target_precompile_headers(${name} REUSE_FROM jw_pch)
  if(CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo" AND NOT JINGWEI_SANITIZE)
    target_compile_options(${name} PRIVATE -O1)  # what they test is compiled as released, they themselves quickly
  endif()
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR}/generated)
  target_compile_definitions(${name} PRIVATE JINGWEI_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  add_test(NAME ${name} COMMAND ${name})
  set_property(GLOBAL APPEND PROPERTY JINGWEI_TEST_PROGRAMS ${name})
endfunction()

# jw_program(NAME SOURCES file... LIBS lib...)
function(jw_program name)
  cmake_parse_arguments(arg "" "" "SOURCES;LIBS" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LIBS})
  target_precompile_headers(${name} REUSE_FROM jw_pch)
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR}/generated)
endfunction()
