#include "app/outgoing.h"

#include "modules/source/asking/exchange.h"

namespace jingwei::app {

namespace {

constexpr std::chrono::milliseconds patience{8'000};

}  // namespace

identity::Web outgoing_web() {
  return [](const identity::WebCall& call) {
    identity::WebReply answer;
    const std::size_t query = call.url.find('?');
    const auto address = source::parse_address(call.url.substr(0, query));
    if (!identity::is_web_address(call.url) || !address) {
      answer.trouble = "address";
      return answer;
    }
    source::QuestionCall asked;
    asked.method = call.form.empty() ? "GET" : "POST";
    asked.target = (address->path.empty() ? "/" : address->path) +
                   (query == std::string::npos ? std::string() : call.url.substr(query));
    asked.body = call.form;
    if (!call.form.empty()) asked.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    if (!call.authorization.empty()) asked.headers.emplace_back("Authorization", call.authorization);
    source::Exchange exchange({*address, {}, false});
    source::Reply reply = exchange.ask(asked, patience);
    if (reply.trouble == source::Reason::none) {
      answer.status = reply.status;
      answer.body = std::move(reply.body);
    } else {
      answer.trouble = source::name_of(reply.trouble);
    }
    return answer;
  };
}

}  // namespace jingwei::app
