# Language level, warnings, sanitizers and build types for every target.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

# Debug keeps line tables only: full debug information of the actor library doubles build time and disk.
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1 -fno-omit-frame-pointer")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1")

add_library(hadal_options INTERFACE)
target_compile_options(hadal_options INTERFACE
  -Wall -Wextra -Werror -Wpedantic -Wnon-virtual-dtor -Woverloaded-virtual -Wshadow=local
  # The same results on every CPU: no fused multiply-add unless the source asks for it.
  -ffp-contract=off)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Boost 1.81 coroutines trigger this warning wrongly from -O1 on.
  target_compile_options(hadal_options INTERFACE -Wno-mismatched-new-delete)
  # GCC 12 warns of overlaps in assignments to std::string that do not exist (GCC bug 105651).
  target_compile_options(hadal_options INTERFACE -Wno-restrict)
endif()
if(HADAL_SANITIZE)
  # These two checks are off: CAF 0.17 binds null references when it spawns actors without arguments, and casts the
  # sentinel of its mailboxes to an element before it compares it.
  set(HADAL_SANITIZER_FLAGS -fsanitize=address,undefined -fno-sanitize=null,vptr -fno-sanitize-recover=all)
  target_compile_options(hadal_options INTERFACE ${HADAL_SANITIZER_FLAGS})
  target_link_options(hadal_options INTERFACE ${HADAL_SANITIZER_FLAGS})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # In instrumented code GCC warns of uninitialised values that do not exist (its manual says so).
    target_compile_options(hadal_options INTERFACE -Wno-maybe-uninitialized)
  endif()
endif()
if(HADAL_SANITIZE_THREADS)
  if(HADAL_SANITIZE)
    message(FATAL_ERROR "HADAL_SANITIZE and HADAL_SANITIZE_THREADS exclude each other")
  endif()
  target_compile_options(hadal_options INTERFACE -fsanitize=thread)
  target_link_options(hadal_options INTERFACE -fsanitize=thread)
  # ThreadSanitizer does not model fences (GCC warns of each). Asio uses them only beside locks, which it models.
  target_compile_definitions(hadal_options INTERFACE BOOST_ASIO_DISABLE_FENCED_BLOCK)
endif()

find_program(HADAL_CCACHE ccache)
if(HADAL_CCACHE)
  # ccache hashes paths below the source folder relative to it: all clones and worktrees share one cache.
  set(CMAKE_CXX_COMPILER_LAUNCHER env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${HADAL_CCACHE})
endif()
