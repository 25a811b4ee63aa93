#include "storage/postgres/link.h"

namespace jingwei::storage::postgres {

namespace {

constexpr std::chrono::milliseconds first_pause{10};
constexpr std::chrono::milliseconds longest_pause{500};

}  // namespace

Result<Connection*> Link::get(std::chrono::milliseconds patience, const std::function<bool()>& give_up) {
  if (alive()) return connection_.get();
  connection_.reset();
  // Real time, whatever the store's clock says: it is the network that is waited for.
  const auto deadline = std::chrono::steady_clock::now() + patience;
  for (auto pause = first_pause;; pause = std::min(pause * 2, longest_pause)) {
    auto opened = Connection::open(uri_);
    if (opened) {
      connection_ = std::move(opened).value();
      return connection_.get();
    }
    const bool hopeless =
        opened.error().code == ErrorCode::denied || opened.error().code == ErrorCode::unsupported;
    if (hopeless || std::chrono::steady_clock::now() + pause > deadline || (give_up && give_up())) {
      return std::move(opened).error();
    }
    std::this_thread::sleep_for(pause);
  }
}

}  // namespace jingwei::storage::postgres
