// A scripted city that speaks GeoReport v2 over real HTTP, and misbehaves when told.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "modules/open311/peer/client.h"
#include "tests/support/department.h"

namespace jingwei::open311::testing {

class ScriptedCity {
 public:
  explicit ScriptedCity(const Zone& zone)
      : zone_(zone), server_([this](const std::string& raw) { return answer(raw); }) {}

  std::string address() const { return "http://127.0.0.1:" + std::to_string(server_.port()) + "/open311/v2"; }
  jingwei::testing::Department& server() { return server_; }

  // Called before each request is answered; what it returns, unless empty, is the raw answer.
  void misbehave(std::function<std::string(const std::string& method, const std::string& target)> how) {
    const std::lock_guard lock(mutex_);
    misbehave_ = std::move(how);
  }
  void put(ServiceRequest request) {
    const std::lock_guard lock(mutex_);
    for (auto& one : requests_) {
      if (one.id == request.id) {
        one = std::move(request);
        return;
      }
    }
    requests_.push_back(std::move(request));
  }
  // Every request stands twice in each list.
  void list_twice() { twice_ = true; }
  void forget_answers() { silent_ = true; }
  void answer_again() { silent_ = false; }
  void hide_descriptions() { hidden_ = true; }

  std::vector<ServiceRequest> opened() const {
    const std::lock_guard lock(mutex_);
    return opened_;
  }
  std::vector<Update> updates() const {
    const std::lock_guard lock(mutex_);
    return updates_;
  }
  std::vector<std::string> keys() const {
    const std::lock_guard lock(mutex_);
    return keys_;
  }
  int lists() const {
    const std::lock_guard lock(mutex_);
    return lists_;
  }

  static std::string raw(const std::string& body, int status = 200) {
    return "HTTP/1.1 " + std::to_string(status) +
           " X\r\nContent-Type: text/xml; charset=utf-8\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\nConnection: close\r\n\r\n" + body;
  }

 private:
  std::string answer(const std::string& text) {
    const std::lock_guard lock(mutex_);
    const std::size_t space = text.find(' '), end = text.find(' ', space + 1);
    const std::string method = text.substr(0, space), target = text.substr(space + 1, end - space - 1);
    if (misbehave_) {
      if (std::string other = misbehave_(method, target); !other.empty())
        return other == "hang up" ? "" : other;
    }
    const std::size_t query = std::min(target.find('?'), target.size());
    const std::string path = target.substr(0, query);
    const std::string form = method == "POST" ? text.substr(text.find("\r\n\r\n") + 4)
                                              : target.substr(std::min(query + 1, target.size()));
    const auto pairs = read_form(form);
    if (!pairs) return raw("<errors/>", 400);
    if (method == "POST" && path.ends_with("/requests.xml")) return open(*pairs, text);
    if (method == "POST") return take_update(*pairs);
    if (path.ends_with("/requests.xml")) return list(*pairs);
    if (path.ends_with("/services.xml"))
      return raw(services_document({{"lamp-out", "Street lamp out", "", "streets"}}, Format::xml));
    return raw("<errors><error><code>404</code><description>no such thing</description></error></errors>",
               404);
  }

  std::string open(const FormPairs& pairs, const std::string& text) {
    const auto wanted = new_request_of(pairs);
    if (!wanted)
      return raw("<errors><error><code>400</code><description>bad form</description></error></errors>", 400);
    if (wanted->api_key != "their-key") return raw("<errors/>", 403);
    const std::size_t at = text.find("Idempotency-Key: ");
    const std::string key =
        at == std::string::npos ? "" : text.substr(at + 17, text.find("\r\n", at) - at - 17);
    keys_.push_back(key);
    ServiceRequest one;
    if (!key.empty() && by_key_.contains(key)) {
      one = by_key_[key];
    } else {
      one.id = "T" + std::to_string(requests_.size() + 1);
      one.status = "open";
      one.service_code = wanted->service_code;
      one.description = wanted->description;
      one.address = wanted->address_string;
      one.requested_at = now;
      requests_.push_back(one);
      opened_.push_back(one);
      if (!key.empty()) by_key_[key] = one;
    }
    return silent_ ? "" : raw(created_document(one, Format::xml), 201);
  }

  std::string take_update(const FormPairs& pairs) {
    const auto told = update_of(pairs);
    if (!told) return raw("<errors/>", 400);
    updates_.push_back(told->update);
    return silent_ ? "" : raw(update_document(told->update.id, Format::xml), 201);
  }

  std::string list(const FormPairs& pairs) {
    ++lists_;
    std::map<std::string, std::string> asked(pairs.begin(), pairs.end());
    std::vector<ServiceRequest> found;
    for (auto one : requests_) {
      const auto named = [&](const std::string& list, const std::string& word) {
        return ("," + list + ",").find("," + word + ",") != std::string::npos;
      };
      if (asked.contains("service_request_id")) {
        if (!named(asked["service_request_id"], one.id)) continue;
      } else if (*one.requested_at < *parse_rfc3339(asked["start_date"]) ||
                 *one.requested_at >= *parse_rfc3339(asked["end_date"])) {
        continue;
      }
      if (hidden_) one.description.clear();
      if (found.size() < 1'000) found.push_back(one);
      if (twice_) found.push_back(one);
    }
    return raw(requests_document(found, Format::xml, zone_));
  }

 public:
  Instant now{};

 private:
  const Zone& zone_;
  mutable std::mutex mutex_;
  std::function<std::string(const std::string&, const std::string&)> misbehave_;
  std::vector<ServiceRequest> requests_, opened_;
  std::map<std::string, ServiceRequest> by_key_;
  std::vector<Update> updates_;
  std::vector<std::string> keys_;
  int lists_ = 0;
  bool twice_ = false, silent_ = false, hidden_ = false;
  jingwei::testing::Department server_;
};

}  // namespace jingwei::open311::testing
