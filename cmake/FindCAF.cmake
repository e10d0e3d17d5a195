# Finds the C++ Actor Framework where its package ships no CMake files (Debian's libcaf-dev 0.17), under CAF_ROOT first.
# Defines CAF::core, and CAF::io if it is installed: the names that CAF's own config uses from 0.18 on.
find_path(CAF_INCLUDE_DIR caf/config.hpp)
find_library(CAF_CORE_LIBRARY caf_core)
if(CAF_CORE_LIBRARY)
  # Only in the folder of the core: libraries of two builds must not be mixed.
  get_filename_component(CAF_LIBRARY_FOLDER "${CAF_CORE_LIBRARY}" DIRECTORY)
  find_library(CAF_IO_LIBRARY caf_io PATHS "${CAF_LIBRARY_FOLDER}" NO_DEFAULT_PATH)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(CAF REQUIRED_VARS CAF_CORE_LIBRARY CAF_INCLUDE_DIR)

if(CAF_FOUND AND HADAL_SANITIZE_THREADS)
  # If ThreadSanitizer does not see the atomics of the library, it reports hundreds of false races.
  file(STRINGS "${CAF_CORE_LIBRARY}" CAF_THREAD_CHECKED REGEX "__tsan_atomic" LIMIT_COUNT 1)
  if(NOT CAF_THREAD_CHECKED)
    message(FATAL_ERROR "${CAF_CORE_LIBRARY} is not built with ThreadSanitizer: run scripts/thread_check")
  endif()
endif()

if(CAF_FOUND AND NOT TARGET CAF::core)
  find_package(Threads REQUIRED)
  add_library(CAF::core UNKNOWN IMPORTED)
  set_target_properties(CAF::core PROPERTIES
    IMPORTED_LOCATION "${CAF_CORE_LIBRARY}"
    INTERFACE_LINK_LIBRARIES Threads::Threads)
  target_include_directories(CAF::core SYSTEM INTERFACE "${CAF_INCLUDE_DIR}")
  if(CAF_IO_LIBRARY)
    add_library(CAF::io UNKNOWN IMPORTED)
    set_target_properties(CAF::io PROPERTIES
      IMPORTED_LOCATION "${CAF_IO_LIBRARY}"
      INTERFACE_LINK_LIBRARIES CAF::core)
  endif()
endif()
mark_as_advanced(CAF_INCLUDE_DIR CAF_CORE_LIBRARY CAF_IO_LIBRARY)
