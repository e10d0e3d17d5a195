#include "actors/server/serve.hpp"

#include "base/log.hpp"

namespace hadal::server {

result<std::unique_ptr<running_server>> start_server(const serve_options&) {
  return fail(error_code::internal, "this build has no server");
}

int run_serve(const serve_options& options) {
  if (auto server = start_server(options); !server)
    log::error("server does not start: {}", server.error().message);
  return 1;
}

} // namespace hadal::server
