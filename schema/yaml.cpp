#include "schema/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <charconv>
#include <map>
#include <sstream>
#include <unordered_set>

#include "base/text.h"

namespace jingwei::schema {

namespace {

constexpr std::size_t most_faults = 50;

Error fault_at(const std::string& place, ErrorCode code, std::string message,
               YamlFaults::Arguments arguments = {}) {
  Error error(code, std::move(message));
  error.arguments = std::move(arguments);
  error.arguments.emplace_back("place", place);
  error.field = place;
  return error;
}

// Carries a fault out of yaml-cpp's callbacks; never leaves this file.
struct Stop {
  Error error;
};

// Columns as an editor counts them, in characters: yaml-cpp counts bytes. Asked in about the order of the
// text, a whole file costs one walk over it.
class Columns {
 public:
  explicit Columns(std::string_view text) : text_(text) {
    starts_.push_back(text.starts_with("\xEF\xBB\xBF") ? 3 : 0);
    for (std::size_t at = 0; at < text.size(); ++at) {
      if (text[at] == '\n') starts_.push_back(at + 1);
    }
  }

  int of(const YAML::Mark& mark) {
    const auto line = static_cast<std::size_t>(std::max(mark.line, 0));
    const auto bytes = static_cast<std::size_t>(std::max(mark.column, 0));
    if (line >= starts_.size()) return mark.column + 1;
    if (line != line_ || bytes < bytes_) {
      line_ = line;
      bytes_ = 0;
      characters_ = 0;
    }
    for (; bytes_ < bytes && starts_[line] + bytes_ < text_.size(); ++bytes_) {
      // Bytes that go on with a character count nothing.
      if ((static_cast<unsigned char>(text_[starts_[line] + bytes_]) & 0xC0) != 0x80) ++characters_;
    }
    return characters_ + 1;
  }

 private:
  std::string_view text_;
  std::vector<std::size_t> starts_;  // of each line
  std::size_t line_ = 0, bytes_ = 0;
  int characters_ = 0;  // before bytes_ on line_
};

// Builds the tree from events, so that limits hold before anything is allocated beyond them.
class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(std::shared_ptr<const std::string> file, Columns& columns, const YamlLimits& limits)
      : file_(std::move(file)), columns_(columns), limits_(limits) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    place(node(mark, YamlKind::null), anchor);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    YamlNode scalar = node(mark, YamlKind::scalar);
    scalar.scalar = value;
    scalar.quoted = tag == "!";
    place(std::move(scalar), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end())
      stop(mark, ErrorCode::invalid, "yaml.syntax", {{"problem", "an alias inside its own anchor"}});
    count(mark, found->second.size);
    place(found->second.node, 0);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, YamlKind::sequence, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, YamlKind::mapping, anchor);
  }
  void OnMapEnd() override { close(); }

  YamlNode take() { return std::move(root_); }

 private:
  struct Frame {
    YamlNode node;
    YAML::anchor_t anchor = 0;
    std::size_t first_node = 0;  // count before this frame, for the size of an anchor
    std::optional<YamlNode> key;
    std::unordered_set<std::string> keys;
  };
  struct Anchored {
    YamlNode node;
    std::size_t size = 1;
  };

  [[noreturn]] void stop(const YAML::Mark& mark, ErrorCode code, std::string message,
                         YamlFaults::Arguments arguments = {}) {
    throw Stop{fault_at(place_of(mark), code, std::move(message), std::move(arguments))};
  }

  std::string place_of(const YAML::Mark& mark) {
    return *file_ + ":" + std::to_string(mark.line + 1) + ":" + std::to_string(columns_.of(mark));
  }

  void count(const YAML::Mark& mark, std::size_t more) {
    nodes_ += more;
    if (nodes_ > limits_.nodes)
      stop(mark, ErrorCode::too_large, "yaml.too_many_nodes", {{"most", std::to_string(limits_.nodes)}});
  }

  YamlNode node(const YAML::Mark& mark, YamlKind kind) {
    count(mark, 1);
    YamlNode made;
    made.kind = kind;
    made.file = file_;
    made.line = mark.line + 1;
    made.column = columns_.of(mark);
    return made;
  }

  void open(const YAML::Mark& mark, YamlKind kind, YAML::anchor_t anchor) {
    if (static_cast<int>(frames_.size()) >= limits_.depth)
      stop(mark, ErrorCode::too_large, "yaml.too_deep", {{"most", std::to_string(limits_.depth)}});
    const std::size_t before = nodes_;
    YamlNode made = node(mark, kind);
    frames_.push_back(Frame{std::move(made), anchor, before, std::nullopt, {}});
  }

  void close() {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    place(std::move(frame.node), frame.anchor, nodes_ - frame.first_node);
  }

  void place(YamlNode made, YAML::anchor_t anchor, std::size_t size = 1) {
    if (anchor != 0) anchors_[anchor] = Anchored{made, size};
    if (frames_.empty()) {
      root_ = std::move(made);
      return;
    }
    Frame& frame = frames_.back();
    if (frame.node.kind == YamlKind::sequence) {
      frame.node.items.push_back(std::move(made));
    } else if (!frame.key) {
      take_key(frame, std::move(made));
    } else {
      frame.node.pairs.push_back(YamlPair{std::move(*frame.key), std::move(made)});
      frame.key.reset();
    }
  }

  void take_key(Frame& frame, YamlNode key) {
    if (key.kind != YamlKind::scalar)
      throw Stop{fault_at(key.place(), ErrorCode::invalid, "yaml.key_not_text")};
    if (!frame.keys.insert(key.scalar).second)
      throw Stop{fault_at(key.place(), ErrorCode::invalid, "yaml.duplicate_key", {{"key", key.scalar}})};
    frame.key = std::move(key);
  }

  std::shared_ptr<const std::string> file_;
  Columns& columns_;
  YamlLimits limits_;
  std::size_t nodes_ = 0;
  std::vector<Frame> frames_;
  std::map<YAML::anchor_t, Anchored> anchors_;
  YamlNode root_;
};

// Letters to add, drop, replace or swap with their neighbour until one word is the other.
std::size_t mistakes_between(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), now(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    now[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) now[j] = std::min(now[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, now);
  }
  return last[b.size()];
}

}  // namespace

const YamlNode* YamlNode::find(std::string_view key) const {
  for (const auto& pair : pairs) {
    if (pair.key.scalar == key) return &pair.value;
  }
  return nullptr;
}

std::string YamlNode::place() const {
  return (file ? *file : std::string()) + ":" + std::to_string(line) + ":" + std::to_string(column);
}

Result<YamlNode> parse_yaml(std::string_view text, std::string file, const YamlLimits& limits) {
  const auto name = std::make_shared<const std::string>(std::move(file));
  if (text.size() > limits.bytes)
    return fault_at(*name + ":1:1", ErrorCode::too_large, "yaml.too_large",
                    {{"most", std::to_string(limits.bytes)}});
  if (!text::is_utf8(text))
    return fault_at(*name + ":1:1", ErrorCode::invalid, "yaml.syntax",
                    {{"problem", "the file is not UTF-8"}});
  Columns columns(text);
  TreeBuilder builder(name, columns, limits);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) {
      YamlNode nothing;
      nothing.file = name;
      return nothing;
    }
    YamlNode root = builder.take();
    if (parser.HandleNextDocument(builder))
      return fault_at(*name + ":1:1", ErrorCode::invalid, "yaml.several_documents");
    if (!root.file) root.file = name;
    return root;
  } catch (const Stop& stopped) {
    return stopped.error;
  } catch (const YAML::Exception& fault) {
    const std::string place = *name + ":" + std::to_string(std::max(fault.mark.line, 0) + 1) + ":" +
                              std::to_string(columns.of(fault.mark));
    return fault_at(place, ErrorCode::invalid, "yaml.syntax", {{"problem", fault.msg}});
  } catch (const std::exception& fault) {
    return fault_at(*name + ":1:1", ErrorCode::invalid, "yaml.syntax", {{"problem", fault.what()}});
  }
}

void YamlFaults::add(const YamlNode& where, std::string message, Arguments arguments) {
  add(fault_at(where.place(), ErrorCode::invalid, std::move(message), std::move(arguments)));
}

void YamlFaults::add_problem(const YamlNode& where, std::string problem) {
  add(where, "yaml.problem", {{"problem", std::move(problem)}});
}

void YamlFaults::add(Error error) {
  const bool known = std::any_of(faults_.begin(), faults_.end(), [&](const Error& fault) {
    return fault.message == error.message && fault.arguments == error.arguments;
  });
  if (!known && faults_.size() < most_faults) faults_.push_back(std::move(error));
}

Error YamlFaults::to_error() const {
  JW_ASSERT(!faults_.empty());
  Error error = faults_.front();
  error.causes = faults_;
  return error;
}

YamlMapping::YamlMapping(const YamlNode& node, YamlFaults& faults) : node_(node), faults_(faults) {
  if (node.kind != YamlKind::mapping) faults_.add(node, "yaml.not_mapping");
}

const YamlNode* YamlMapping::get(std::string_view key) {
  known_.emplace_back(key);
  return node_.find(key);
}

const YamlNode* YamlMapping::require(std::string_view key) {
  const YamlNode* value = get(key);
  if (value == nullptr && node_.kind == YamlKind::mapping)
    faults_.add(node_, "yaml.missing_key", {{"key", std::string(key)}});
  return value;
}

std::optional<std::string> YamlMapping::text(std::string_view key) {
  const YamlNode* value = get(key);
  if (value == nullptr) return std::nullopt;
  if (value->kind != YamlKind::scalar) {
    faults_.add(*value, "yaml.not_text", {{"key", std::string(key)}});
    return std::nullopt;
  }
  return value->scalar;
}

std::optional<std::int64_t> YamlMapping::integer(std::string_view key) {
  const YamlNode* value = get(key);
  if (value == nullptr) return std::nullopt;
  auto number = yaml_integer(*value);
  if (!number) faults_.add(*value, "yaml.not_integer", {{"key", std::string(key)}});
  return number;
}

std::optional<double> YamlMapping::number(std::string_view key) {
  const YamlNode* value = get(key);
  if (value == nullptr) return std::nullopt;
  auto number = yaml_number(*value);
  if (!number) faults_.add(*value, "yaml.not_number", {{"key", std::string(key)}});
  return number;
}

std::optional<bool> YamlMapping::boolean(std::string_view key) {
  const YamlNode* value = get(key);
  if (value == nullptr) return std::nullopt;
  auto truth = yaml_boolean(*value);
  if (!truth) faults_.add(*value, "yaml.not_boolean", {{"key", std::string(key)}});
  return truth;
}

std::vector<std::string> YamlMapping::texts(std::string_view key) {
  const YamlNode* value = get(key);
  if (value == nullptr) return {};
  if (value->kind == YamlKind::scalar) return {value->scalar};
  std::vector<std::string> found;
  if (value->kind != YamlKind::sequence) faults_.add(*value, "yaml.not_list", {{"key", std::string(key)}});
  for (const auto& item : value->items) {
    if (item.kind != YamlKind::scalar) {
      faults_.add(item, "yaml.not_text", {{"key", std::string(key)}});
    } else {
      found.push_back(item.scalar);
    }
  }
  return found;
}

std::string YamlMapping::require_text(std::string_view key) {
  if (node_.find(key) == nullptr) {
    require(key);
    return {};
  }
  return text(key).value_or("");
}

void YamlMapping::finish() {
  for (const auto& pair : node_.pairs) {
    if (std::find(known_.begin(), known_.end(), pair.key.scalar) != known_.end()) continue;
    if (const auto near = nearest(pair.key.scalar, known_); !near.empty()) {
      faults_.add(pair.key, "yaml.unknown_key_near", {{"key", pair.key.scalar}, {"near", std::string(near)}});
      continue;
    }
    std::string expected;
    for (const auto& name : known_) {
      if (expected.find("`" + name + "`") != std::string::npos) continue;
      expected += (expected.empty() ? "`" : ", `") + name + "`";
    }
    faults_.add(pair.key, "yaml.unknown_key", {{"key", pair.key.scalar}, {"expected", expected}});
  }
}

std::string_view nearest(std::string_view word, std::span<const std::string> known) {
  constexpr std::size_t most_bytes = 64;
  if (word.empty() || word.size() > most_bytes) return {};
  std::string_view best;
  std::size_t least = 1 + word.size() / 4;  // mistakes that still count as the same word
  for (const auto& one : known) {
    if (one.size() > most_bytes || one == word) continue;
    const std::size_t mistakes = mistakes_between(word, one);
    if (mistakes > least || (mistakes == least && !best.empty()) || mistakes >= one.size()) continue;
    least = mistakes;
    best = one;
  }
  return best;
}

std::optional<std::int64_t> yaml_integer(const YamlNode& node) {
  if (node.kind != YamlKind::scalar || node.quoted) return std::nullopt;
  std::int64_t number = 0;
  const char* end = node.scalar.data() + node.scalar.size();
  const auto [stop, fault] = std::from_chars(node.scalar.data(), end, number);
  if (fault != std::errc{} || stop != end) return std::nullopt;
  return number;
}

std::optional<double> yaml_number(const YamlNode& node) {
  if (node.kind != YamlKind::scalar || node.quoted) return std::nullopt;
  double number = 0;
  const char* end = node.scalar.data() + node.scalar.size();
  const auto [stop, fault] = std::from_chars(node.scalar.data(), end, number);
  if (fault != std::errc{} || stop != end) return std::nullopt;
  return number;
}

std::optional<bool> yaml_boolean(const YamlNode& node) {
  if (node.kind != YamlKind::scalar || node.quoted) return std::nullopt;
  if (node.scalar == "true") return true;
  if (node.scalar == "false") return false;
  return std::nullopt;
}

}  // namespace jingwei::schema
