// One HTTP request to a department and its answer, within a time limit. No cookies, no proxies, no redirects.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "base/limits.h"
#include "modules/source/asking/answer.h"
#include "modules/source/asking/declaration.h"

namespace jingwei::source {

struct Peer {
  Address address;
  std::string ca_file;            // certificates trusted besides the system's; may be empty
  bool plain_elsewhere = false;   // without TLS other machines than this one may be reached
  bool private_addresses = true;  // machines that stand in no public network may be reached
  std::size_t answer_bytes = limits::question_answer_bytes;
};

// What came: a status with its body, or why nothing did.
struct Reply {
  Reason trouble = Reason::none;
  int status = 0;
  std::string body;
  bool sent = false;      // the request, or a part of it, may have reached the peer
  bool withheld = false;  // all addresses of the host are such as may not be reached
  std::chrono::milliseconds took{0};
};

// Talks to one peer; a connection for each question, a thread of its own for all of them. Thread-safe.
class Exchange {
 public:
  explicit Exchange(Peer peer);
  ~Exchange();  // waits for what is under way: at most its time limit, and the system's for a name
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  // Waits at most `patience` from name to last byte. Answers beyond the peer's answer_bytes are cut off
  // as Reason::too_large. With TLS the certificate must be good for the host's name (TLS 1.2 and later).
  Reply ask(const QuestionCall& call, std::chrono::milliseconds patience);
  // Connects, greets (TLS) and hangs up; asks nothing.
  Reply greet(std::chrono::milliseconds patience);

 private:
  class Worker;
  std::unique_ptr<Worker> worker_;
};

}  // namespace jingwei::source
