# Compiles SOURCE with the command COMPILE, which must work, and again with MUST_NOT_COMPILE, which must fail with a
# message like EXPECTED.
set(ENV{LC_ALL} C)

execute_process(COMMAND ${COMPILE} ${SOURCE} RESULT_VARIABLE failed ERROR_VARIABLE message)
if(failed)
  message(FATAL_ERROR "does not compile even without MUST_NOT_COMPILE:\n${message}")
endif()

execute_process(COMMAND ${COMPILE} -DMUST_NOT_COMPILE ${SOURCE} RESULT_VARIABLE failed ERROR_VARIABLE message)
if(NOT failed)
  message(FATAL_ERROR "compiles, but it must not")
endif()
if(NOT message MATCHES "${EXPECTED}")
  message(FATAL_ERROR "fails for another reason than \"${EXPECTED}\":\n${message}")
endif()
