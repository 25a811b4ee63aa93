// Sends a file to a running server as the pages do: in pieces, each on the hub's disk once it is answered.
#pragma once

#include <functional>
#include <string>

#include "app/cli/server_client.h"

namespace jingwei::app::cli {

// Told after each piece: how many of the file's bytes the server has.
using OnSent = std::function<void(std::int64_t sent, std::int64_t bytes)>;

// Gives the server's answer about the batch that the file became. A server that goes away meanwhile is waited
// for; whatever ends this process, the same call with the same file goes on where it stopped. Errors: the
// file's; unavailable "app.sending_cut" when the server does not come back, else its refusals as error_of
// tells them.
Result<std::string> send_in_pieces(const ServerClient& server, const std::string& resource,
                                   const std::string& path, const OnSent& on_sent);

}  // namespace jingwei::app::cli
