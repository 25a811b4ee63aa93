#include "tests/api/api_case.h"

#include <xlsxwriter.h>

#include <boost/json.hpp>
#include <regex>
#include <sstream>
#include <thread>

#include "app/demo_accounts.h"
#include "base/file_system.h"
#include "http/test_client.h"
#include "scenario/new_package.h"
#include "scenario/package.h"
#include "tests/support/backends.h"
#include "tests/support/made_files.h"

namespace jingwei::api_tests {

namespace json = boost::json;
using schema::YamlKind;
using schema::YamlNode;

namespace {

// RFC 6901; null when nothing is there. "#" at the end stands for the number of items.
const json::value* at_pointer(const json::value& root, std::string_view pointer) {
  const json::value* at = &root;
  while (!pointer.empty()) {
    pointer.remove_prefix(1);
    const std::size_t end = std::min(pointer.find('/'), pointer.size());
    std::string key(pointer.substr(0, end));
    pointer.remove_prefix(end);
    for (std::size_t tilde; (tilde = key.find("~1")) != std::string::npos;) key.replace(tilde, 2, "/");
    if (at->is_object()) {
      at = at->as_object().if_contains(key);
    } else if (at->is_array()) {
      const std::size_t index = static_cast<std::size_t>(std::atoi(key.c_str()));
      at = index < at->as_array().size() ? &at->as_array()[index] : nullptr;
    } else {
      return nullptr;
    }
    if (at == nullptr) return nullptr;
  }
  return at;
}

// Lines of cells, parted by commas, as an Excel workbook.
std::string workbook_of(const std::string& lines) {
  jingwei::testing::WorkbookMaker maker;
  lxw_worksheet* const sheet = workbook_add_worksheet(maker.get(), nullptr);
  std::istringstream text(lines);
  std::string line, cell;
  for (lxw_row_t row = 0; std::getline(text, line); ++row) {
    std::istringstream cells(line);
    for (lxw_col_t column = 0; std::getline(cells, cell, ','); ++column)
      worksheet_write_string(sheet, row, column, cell.c_str(), nullptr);
  }
  return maker.bytes();
}

// A new package as a zip, with one text in it replaced by another, or each of `changes`.
std::string package_of(const YamlNode& wanted) {
  scenario::Package package;
  const auto part = [&](const char* key) {
    return wanted.find(key) == nullptr ? std::string() : wanted.find(key)->scalar;
  };
  package.id = part("id");
  std::vector<std::pair<std::string, std::string>> changes;
  if (!part("from").empty()) changes.emplace_back(part("from"), part("to"));
  if (const YamlNode* more = wanted.find("changes")) {
    for (const auto& pair : more->pairs) changes.emplace_back(pair.key.scalar, pair.value.scalar);
  }
  for (auto& [name, text] : jingwei::testing::must(scenario::new_package(package.id))) {
    if (name.starts_with(".schema/")) continue;
    std::string changed = text;
    for (const auto& [from, to] : changes) {
      if (const auto at = changed.find(from); at != std::string::npos) changed.replace(at, from.size(), to);
    }
    package.files.emplace(name, changed);
  }
  return jingwei::testing::must(scenario::zipped(package));
}

std::string text_of(const json::value& value) {
  return value.is_string() ? std::string(value.as_string()) : json::serialize(value);
}

bool is_kind(const json::value* value, const std::string& kind) {
  if (kind == "absent") return value == nullptr;
  if (value == nullptr) return false;
  if (kind == "text") return value->is_string();
  if (kind == "integer") return value->is_int64() || value->is_uint64();
  if (kind == "number") return value->is_number();
  if (kind == "boolean") return value->is_bool();
  if (kind == "null") return value->is_null();
  if (kind == "object") return value->is_object();
  if (kind == "list") return value->is_array();
  if (kind == "filled") return value->is_array() && !value->as_array().empty();
  if (kind.starts_with("list "))
    return value->is_array() && value->as_array().size() == std::stoul(kind.substr(5));
  ADD_FAILURE() << "no such kind: " << kind;
  return false;
}

// `wanted`: "<kind>", "~regular expression", or the value's text.
bool matches(const json::value* value, const std::string& wanted) {
  if (wanted.size() > 2 && wanted.front() == '<' && wanted.back() == '>')
    return is_kind(value, wanted.substr(1, wanted.size() - 2));
  if (value == nullptr) return false;
  if (wanted.starts_with('~')) return std::regex_search(text_of(*value), std::regex(wanted.substr(1)));
  return text_of(*value) == wanted;
}

std::string scalar(const YamlNode& node, std::string_view key, std::string otherwise = "") {
  const YamlNode* found = node.find(key);
  return found == nullptr ? otherwise : found->scalar;
}

json::value parsed(const std::string& body) {
  json::error_code fault;
  json::value value = json::parse(body, fault);
  if (fault) ADD_FAILURE() << "not JSON: " << body.substr(0, 400);
  return value;
}

}  // namespace

std::string CaseRunner::Exchange::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (http::same_ascii(key, name)) return value;
  }
  return {};
}

std::string CaseRunner::filled(const std::string& text) const {
  std::string whole = text;
  for (const auto& [name, value] : saved_) {
    const std::string place = "${" + name + "}";
    for (std::size_t at; (at = whole.find(place)) != std::string::npos;)
      whole.replace(at, place.size(), value);
  }
  EXPECT_EQ(whole.find("${"), std::string::npos) << "nothing saved for " << whole;
  return whole;
}

void CaseRunner::run(const YamlNode& root) {
  const YamlNode* steps = root.find("steps");
  ASSERT_NE(steps, nullptr) << root.place();
  for (const YamlNode& step : steps->items) {
    SCOPED_TRACE(step.place() + " " + scalar(step, "request"));
    run_step(step);
    if (::testing::Test::HasFatalFailure()) return;
  }
}

void CaseRunner::run_step(const YamlNode& step) {
  if (step.find("pages") != nullptr) return page_through(step);
  if (step.find("event") != nullptr) return follow(step);
  if (step.find("until") != nullptr) return wait(step);
  if (step.find("eventually") != nullptr) return ask_until(step);
  ask(step);
}

namespace {

bool is_signed(const YamlNode& step) {
  return step.find("as") != nullptr;
}

// Over the network where the step says as whom, else on the local socket.
std::unique_ptr<http::testing::Client> connect(const Served& served, const YamlNode& step) {
  if (is_signed(step)) return std::make_unique<http::testing::Client>(served.port);
  return std::make_unique<http::testing::Client>(served.socket);
}

}  // namespace

std::string CaseRunner::headers_of(const YamlNode& step) {
  std::string lines;
  if (const YamlNode* headers = step.find("headers")) {
    for (const auto& pair : headers->pairs)
      lines += pair.key.scalar + ": " + filled(pair.value.scalar) + "\r\n";
  }
  const std::string login = filled(scalar(step, "as", "nobody"));
  if (!is_signed(step) || login == "nobody") return lines;
  std::string& token = tokens_[login];
  if (token.empty()) {
    http::testing::Client client(served_.port);
    const auto answer = client.ask(http::testing::post(
        "/api/v1/sessions",
        R"({"token":true,"login":")" + login + R"(","password":")" + app::demo_password + R"("})"));
    EXPECT_EQ(answer.status, 201) << login << ": " << answer.body;
    const json::value session = parsed(answer.body);
    const auto* given = at_pointer(session, "/token");
    token = given == nullptr ? "none" : text_of(*given);
  }
  return lines + "Authorization: Bearer " + token + "\r\n";
}

CaseRunner::Exchange CaseRunner::exchange(const YamlNode& step, const std::string& request) {
  std::string body = filled(scalar(step, "body"));
  // A body of a size: more than may be sent.
  if (const YamlNode* size = step.find("body_bytes")) body.assign(std::stoul(size->scalar), ' ');
  // What the last answer brought is sent back: a workbook, say.
  if (step.find("body_last") != nullptr) body = last_body_;
  if (const std::string table = scalar(step, "workbook"); !table.empty()) body = workbook_of(filled(table));
  if (const YamlNode* package = step.find("package")) body = package_of(*package);
  std::string bytes = request + " HTTP/1.1\r\nHost: localhost\r\n";
  bytes += headers_of(step);
  const bool writes =
      request.starts_with("POST") || request.starts_with("PUT") || request.starts_with("PATCH");
  if (writes) bytes += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  if (const std::string media = scalar(step, "media"); !media.empty())
    bytes += "Content-Type: " + media + "\r\n";
  const auto client = connect(served_, step);
  client->send(bytes + "\r\n");
  if (writes) client->send(body);
  const auto answer = client->read(request.starts_with("HEAD"));
  last_body_ = answer.body;
  return {answer.status, answer.headers, answer.body};
}

void CaseRunner::ask(const YamlNode& step) {
  const Exchange got = exchange(step, filled(scalar(step, "request")));
  const YamlNode* expect = step.find("expect");
  ASSERT_NE(expect, nullptr) << step.place() << " expects nothing";
  check(*expect, got);
  save(step, got);
}

void CaseRunner::check(const YamlNode& expect, const Exchange& got) {
  EXPECT_EQ(scalar(expect, "status", "200"), std::to_string(got.status)) << got.body.substr(0, 600);
  if (const YamlNode* headers = expect.find("headers")) {
    for (const auto& pair : headers->pairs) {
      const std::string value = got.header(pair.key.scalar);
      const std::string wanted = filled(pair.value.scalar);
      const bool fits =
          wanted.starts_with('~') ? std::regex_search(value, std::regex(wanted.substr(1))) : value == wanted;
      EXPECT_TRUE(fits) << pair.key.place() << ": " << pair.key.scalar << " is " << value << ", wanted "
                        << wanted;
    }
  }
  if (const YamlNode* contains = expect.find("contains")) {
    for (const YamlNode& part : contains->items)
      EXPECT_NE(got.body.find(filled(part.scalar)), std::string::npos)
          << part.place() << got.body.substr(0, 600);
  }
  if (const YamlNode* lacks = expect.find("lacks")) {
    for (const YamlNode& part : lacks->items)
      EXPECT_EQ(got.body.find(filled(part.scalar)), std::string::npos)
          << part.place() << got.body.substr(0, 600);
  }
  if (expect.find("empty") != nullptr) {
    EXPECT_TRUE(got.body.empty());
  }
  if (const YamlNode* pairs = expect.find("json")) check_json(*pairs, got.body);
  // Problems are the same everywhere (RFC 9457), and never without a sentence; but for dialects with errors
  // of their own.
  if (got.status < 400 || got.body.empty() || expect.find("own_errors") != nullptr) return;
  EXPECT_EQ(got.header("Content-Type"), "application/problem+json") << got.body.substr(0, 200);
  const json::value problem = parsed(got.body);
  for (const char* member : {"/title", "/detail", "/code"})
    EXPECT_TRUE(matches(at_pointer(problem, member), "<text>")) << member;
  EXPECT_TRUE(matches(at_pointer(problem, "/status"), std::to_string(got.status)));
  if (const auto* detail = at_pointer(problem, "/detail")) {
    EXPECT_EQ(text_of(*detail).find('{'), std::string::npos) << text_of(*detail);
  }
}

void CaseRunner::check_json(const YamlNode& pairs, const std::string& body) {
  const json::value root = parsed(body);
  for (const auto& pair : pairs.pairs) {
    const json::value* value = at_pointer(root, filled(pair.key.scalar));
    EXPECT_TRUE(matches(value, filled(pair.value.scalar)))
        << pair.key.place() << ": " << pair.key.scalar << " is "
        << (value == nullptr ? "absent" : json::serialize(*value).substr(0, 300)) << ", wanted "
        << pair.value.scalar;
  }
}

void CaseRunner::save(const YamlNode& step, const Exchange& got) {
  const YamlNode* names = step.find("save");
  if (names == nullptr) return;
  for (const auto& pair : names->pairs) {
    if (pair.value.scalar.starts_with("header:")) {
      saved_[pair.key.scalar] = got.header(pair.value.scalar.substr(7));
      continue;
    }
    const json::value root = parsed(got.body);
    const json::value* value = at_pointer(root, pair.value.scalar);
    ASSERT_NE(value, nullptr) << pair.value.place() << " nothing to save: " << got.body.substr(0, 400);
    saved_[pair.key.scalar] = text_of(*value);
  }
}

// pages: {items: 7, unique: /id}: every item comes once, cursor by cursor, until next_cursor is null.
void CaseRunner::page_through(const YamlNode& step) {
  const YamlNode& pages = *step.find("pages");
  const std::string request = filled(scalar(step, "request"));
  const std::string unique = scalar(pages, "unique");
  std::set<std::string> seen;
  std::string cursor;
  std::size_t items = 0;
  for (int page = 0;; ++page) {
    ASSERT_LT(page, 1'000) << "the cursor never ends";
    const std::string next =
        cursor.empty() ? request
                       : request + (request.find('?') == std::string::npos ? "?" : "&") + "cursor=" + cursor;
    const Exchange got = exchange(step, next);
    ASSERT_EQ(got.status, 200) << got.body;
    const json::value root = parsed(got.body);
    for (const auto& item : root.at("items").as_array()) {
      const json::value* key = at_pointer(item, unique);
      ASSERT_NE(key, nullptr);
      EXPECT_TRUE(seen.insert(text_of(*key)).second) << text_of(*key) << " comes twice";
      ++items;
    }
    const json::value* next_cursor = at_pointer(root, "/next_cursor");
    if (next_cursor == nullptr || next_cursor->is_null()) break;
    EXPECT_FALSE(root.at("items").as_array().empty()) << "a page before the last is empty";
    cursor = text_of(*next_cursor);
  }
  if (const std::string wanted = scalar(pages, "items"); !wanted.empty()) {
    EXPECT_EQ(std::to_string(items), filled(wanted));
  }
  if (const std::string least = scalar(pages, "at_least"); !least.empty()) {
    EXPECT_GE(items, std::stoul(least));
  }
}

// event: {name: cockpit, json: {…}}: the first event of a stream.
void CaseRunner::follow(const YamlNode& step) {
  const YamlNode& event = *step.find("event");
  const auto connected = connect(served_, step);
  auto& client = *connected;
  std::string bytes =
      filled(scalar(step, "request")) + " HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n";
  bytes += headers_of(step);
  client.send(bytes + "\r\n");
  const auto head = client.read();
  ASSERT_EQ(head.status, 200) << head.body;
  EXPECT_EQ(head.header("Content-Type"), "text/event-stream");
  std::string text;
  while (text.find("event: ") == std::string::npos) {
    text = client.read_until("\n\n");
    ASSERT_FALSE(text.empty()) << "the stream ended before its first event";
  }
  EXPECT_NE(text.find("event: " + scalar(event, "name")), std::string::npos) << text.substr(0, 300);
  std::string data;
  for (std::size_t at = text.find("data: "); at != std::string::npos; at = text.find("data: ", at + 1)) {
    data += text.substr(at + 6, text.find('\n', at) - at - 6);
  }
  if (const YamlNode* pairs = event.find("json")) check_json(*pairs, data);
  if (event.find("ends") != nullptr) {
    EXPECT_TRUE(client.ended());
  }
}

// until: {/state: done}: reads a stream until one event's data are so.
void CaseRunner::wait(const YamlNode& step) {
  const YamlNode& until = *step.find("until");
  const auto connected = connect(served_, step);
  auto& client = *connected;
  client.send(filled(scalar(step, "request")) +
              " HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n" + headers_of(step) + "\r\n");
  const auto head = client.read();
  ASSERT_EQ(head.status, 200) << head.body;
  std::string last;
  for (;;) {
    const std::string text = client.read_until("\n\n");
    ASSERT_FALSE(text.empty()) << "the stream ended; last it said " << last.substr(0, 600);
    const std::size_t data = text.find("data: ");
    if (data == std::string::npos) continue;
    last = text.substr(data + 6);
    const json::value root = parsed(last);
    const bool all = std::all_of(until.pairs.begin(), until.pairs.end(), [&](const auto& pair) {
      return matches(at_pointer(root, pair.key.scalar), filled(pair.value.scalar));
    });
    if (all) return;
  }
}

// What a thread of the hub does by itself: asked again until it is so.
void CaseRunner::ask_until(const YamlNode& step) {
  const YamlNode& wanted = *step.find("eventually");
  const bool of_problem = wanted.find("/status") != nullptr;
  constexpr int asked_most = 500;
  constexpr std::chrono::milliseconds between{20};
  for (int asked = 0;; ++asked) {
    const Exchange got = exchange(step, filled(scalar(step, "request")));
    if (!of_problem) {
      ASSERT_EQ(got.status, 200) << got.body;
    }
    const json::value root = parsed(got.body);
    const bool all = std::all_of(wanted.pairs.begin(), wanted.pairs.end(), [&](const auto& pair) {
      return matches(at_pointer(root, pair.key.scalar), filled(pair.value.scalar));
    });
    if (all && step.find("save") != nullptr) return ask(step);
    if (all) return;
    ASSERT_LT(asked, asked_most) << "still not so: " << got.body.substr(0, 600);
    std::this_thread::sleep_for(between);
  }
}

std::vector<std::string> requests_of(const YamlNode& root) {
  std::vector<std::string> requests;
  if (const YamlNode* steps = root.find("steps")) {
    for (const YamlNode& step : steps->items) requests.push_back(scalar(step, "request"));
  }
  return requests;
}

std::vector<YamlNode> all_cases() {
  std::vector<YamlNode> cases;
  const std::string folder = JINGWEI_SOURCE_DIR "/tests/api";
  auto names = real_file_system().list(folder);
  EXPECT_TRUE(names.ok());
  std::sort(names->begin(), names->end());
  for (const std::string& name : *names) {
    if (!name.ends_with(".yaml")) continue;
    const auto text = read_text(real_file_system(), folder + "/" + name, limits::yaml_bytes);
    EXPECT_TRUE(text.ok());
    auto root = schema::parse_yaml(*text, "tests/api/" + name);
    EXPECT_TRUE(root.ok()) << root.error().to_log();
    if (root.ok()) cases.push_back(std::move(*root));
  }
  return cases;
}

}  // namespace jingwei::api_tests
