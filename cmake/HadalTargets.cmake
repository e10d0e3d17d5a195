# hadal_library(NAME SOURCES ... [DEPENDS ...] [PRIVATE_DEPENDS ...]): one static library of a folder.
function(hadal_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;PRIVATE_DEPENDS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${ARG_DEPENDS} PRIVATE hadal_options ${ARG_PRIVATE_DEPENDS})
endfunction()

# hadal_test(NAME SOURCES ... [DEPENDS ...] [LABELS ...]): one Catch2 program; every test case is a ctest test.
function(hadal_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;LABELS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE hadal_options hadal_catch_main ${ARG_DEPENDS})
  target_compile_definitions(${name} PRIVATE HADAL_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  catch_discover_tests(${name} TEST_PREFIX "${name}: " DISCOVERY_MODE PRE_TEST
    PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT 600)
endfunction()
