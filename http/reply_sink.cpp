#include <boost/asio/post.hpp>

#include "base/log.h"
#include "http/connection.h"

namespace jingwei::http {

Reply::~Reply() {
  if (state_.load() == answered) return;
  const Language language = traits_.language;
  deliver(problem(
      Error(ErrorCode::internal, "http.internal").because("a handler let go of its request unanswered"),
      language));
}

void Reply::prepare(ReplyTraits traits, bool starts_inside) {
  traits_ = std::move(traits);
  response_.reset();
  request_.reset();
  state_.store(starts_inside ? inside : detached);
}

void Reply::send(Response response) {
  if (state_.load() == inside) {
    response_ = std::move(response);
    const int before = state_.exchange(answered);
    JW_ASSERT(before != answered);
    if (before == inside) return;  // caught() takes it
    Response held = std::move(*response_);
    return deliver(std::move(held));
  }
  JW_ASSERT(state_.exchange(answered) != answered);
  deliver(std::move(response));
}

std::optional<Response> Reply::caught() {
  if (state_.exchange(detached) != answered) return std::nullopt;
  state_.store(answered);
  return std::exchange(response_, std::nullopt);
}

void Reply::deliver(Response response) {
  finish(response, traits_);
  asio::post(io_->context, [connection = connection_, response = std::move(response)]() mutable {
    if (const auto alive = connection.lock()) alive->on_answer(std::move(response));
  });
}

}  // namespace jingwei::http
