#include "modules/source/asking/outgoing.h"

#include <algorithm>

#include "modules/source/asking/exchange.h"

namespace jingwei::source {

Outgoing outgoing_calls(Allowed allowed) {
  return [allowed = std::move(allowed)](const OutgoingCall& call) {
    OutgoingReply answer;
    const std::size_t query = std::min(call.url.find('?'), call.url.size());
    const auto address = parse_address(call.url.substr(0, query));
    if (!address) {
      answer.trouble = "address";
      return answer;
    }
    const bool named = allowed.check_host(address->host, address->port).ok();
    if (!named && !address->tls) {
      answer.trouble = "not_allowed";
      return answer;
    }
    QuestionCall asked;
    asked.method = call.method;
    asked.target = (address->path.empty() ? "/" : address->path) + call.url.substr(query);
    asked.headers = call.headers;
    asked.body = call.body;
    Exchange exchange(
        {*address, {}, allowed.permits_plain(address->host, address->port), named, call.answer_bytes});
    Reply reply = exchange.ask(asked, call.patience);
    answer.sent = reply.sent;
    if (reply.trouble == Reason::none) {
      answer.status = reply.status;
      answer.body = std::move(reply.body);
    } else {
      answer.trouble = reply.withheld ? "not_allowed" : name_of(reply.trouble);
    }
    return answer;
  };
}

}  // namespace jingwei::source
