# hadal_library(NAME SOURCES ... [DEPENDS ...] [PRIVATE_DEPENDS ...]): one static library of a folder.
function(hadal_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;PRIVATE_DEPENDS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${ARG_DEPENDS} PRIVATE hadal_options ${ARG_PRIVATE_DEPENDS})
endfunction()

# hadal_program(SOURCES ... [DEPENDS ...]): the program itself, at build/<preset>/hadal.
function(hadal_program)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  add_executable(hadal ${ARG_SOURCES})
  target_include_directories(hadal PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(hadal PRIVATE hadal_options ${ARG_DEPENDS})
  set_target_properties(hadal PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}")
  install(TARGETS hadal RUNTIME DESTINATION bin)
endfunction()

# hadal_test(NAME SOURCES ... [DEPENDS ...] [LABELS ...]): one Catch2 program; every test case is a ctest test.
# Test programs run in the source folder (catch_main.cpp goes there), so HADAL_SOURCE_DIR is ".".
function(hadal_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS;LABELS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE hadal_options hadal_catch_main ${ARG_DEPENDS})
  target_compile_definitions(${name} PRIVATE HADAL_SOURCE_DIR=".")
  catch_discover_tests(${name} TEST_PREFIX "${name}: "
    PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT 600)
endfunction()
