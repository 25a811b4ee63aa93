// Regions from a JSON Lines file.
#include <simdjson.h>

#include <set>

#include "base/json.h"
#include "base/text.h"
#include "modules/region/region_service.h"
#include "modules/region/region_store.h"
#include "modules/region/sql.gen.h"

namespace jingwei::region {
namespace {

struct Line {
  std::size_t number = 0;
  NewRegion region;
  std::optional<Day> valid_from;
};

Error line_error(const char* message, std::size_t line) {
  return Error(ErrorCode::invalid, message).with("line", std::to_string(line));
}

// A text member; absent and null are "". False when it is of another type.
bool read_text_member(simdjson::dom::object object, const char* name, std::string& into) {
  simdjson::dom::element value;
  if (object[name].get(value) != simdjson::SUCCESS || value.is_null()) return true;
  std::string_view text;
  if (value.get_string().get(text) != simdjson::SUCCESS) return false;
  into = text;
  return true;
}

bool read_level(simdjson::dom::object object, Level& into) {
  std::int64_t level = 0;
  if (object["level"].get_int64().get(level) != simdjson::SUCCESS || level < 0 || level >= level_count)
    return false;
  into = static_cast<Level>(level);
  return true;
}

// 99 → 990000, 9901 → 990100: as codes stand in the tree.
std::string canonical_code(std::string code) {
  const bool digits = std::all_of(code.begin(), code.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (digits && (code.size() == 2 || code.size() == 4)) code.append(6 - code.size(), '0');
  return code;
}

Result<Line> read_line(simdjson::dom::parser& parser, std::string_view text, std::size_t number) {
  simdjson::dom::object object;
  if (parser.parse(text.data(), text.size()).get_object().get(object) != simdjson::SUCCESS)
    return line_error("region.line_json", number);
  Line line{.number = number};
  NewRegion& region = line.region;
  std::string day;
  const auto bad_field = [&](const char* name) {
    return line_error("region.line_field", number).with("name", name);
  };
  if (!read_text_member(object, "code", region.code) || region.code.empty()) return bad_field("code");
  if (!read_text_member(object, "parent", region.parent)) return bad_field("parent");
  if (!read_text_member(object, "name", region.name)) return bad_field("name");
  if (!read_text_member(object, "kind", region.kind)) return bad_field("kind");
  if (!read_level(object, region.level)) return bad_field("level");
  if (!read_text_member(object, "valid_from", day)) return bad_field("valid_from");
  if (!day.empty() && !(line.valid_from = parse_iso_day(day))) return bad_field("valid_from");
  simdjson::dom::element value;
  if (object["synthetic"].get(value) == simdjson::SUCCESS &&
      value.get_bool().get(region.synthetic) != simdjson::SUCCESS) {
    return bad_field("synthetic");
  }
  if (object["boundary"].get(value) == simdjson::SUCCESS && !value.is_null())
    region.boundary = simdjson::minify(value);
  region.code = canonical_code(region.code);
  region.parent = canonical_code(region.parent);
  if (!is_own_code(region.code)) return bad_field("code");
  region.name = text::squeeze(region.name);
  if (region.name.empty() || text::code_points(region.name).size() > 100) return bad_field("name");
  return line;
}

Result<std::vector<Line>> read_lines(std::string_view text) {
  std::vector<Line> lines;
  simdjson::dom::parser parser;
  std::set<std::string> codes;
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    std::string_view row = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (row.ends_with('\r')) row.remove_suffix(1);
    if (row.find_first_not_of(" \t") == std::string_view::npos) continue;
    JW_ASSIGN(Line line, read_line(parser, row, number));
    if (!codes.insert(line.region.code).second)
      return line_error("region.line_repeated", number).with("code", line.region.code);
    lines.push_back(std::move(line));
  }
  if (lines.empty()) return Error(ErrorCode::invalid, "region.file_empty");
  // Parents before children, so that every slice of the load is a whole tree.
  std::stable_sort(lines.begin(), lines.end(),
                   [](const Line& a, const Line& b) { return a.region.level < b.region.level; });
  return lines;
}

// Decides line by line against the snapshot and the lines before.
class Loader {
 public:
  Loader(const Tree& tree, std::int64_t first_id, Day today)
      : tree_(tree), next_id_(first_id), today_(today) {}

  Result<void> take(const Line& line) {
    const NewRegion& in = line.region;
    JW_ASSIGN(auto boundary, boundary_of(line));
    const Node stands = tree_.find(in.code);
    if (stands != no_node && tree_.own(stands) == nullptr)
      return take_national(line, stands, std::move(boundary));
    if (tree_.zone(in.code) != nullptr)
      return Error(ErrorCode::conflict, "region.code_taken").with("code", in.code);
    JW_ASSIGN(const auto above, parent_of(line));
    const auto [parent, parent_level] = above;
    if (parent_level >= in.level) {
      return line_error("region.line_level", line.number)
          .with("level", std::to_string(static_cast<int>(in.level)));
    }
    OwnRegion made{.id = RegionId(next_id_),
                   .parent = parent,
                   .code = in.code,
                   .name = in.name,
                   .level = in.level,
                   .kind = in.kind,
                   .synthetic = in.synthetic,
                   .valid_from = to_days(line.valid_from.value_or(today_)),
                   .boundary = std::move(boundary)};
    if (stands == no_node) {
      ++next_id_;
      write_new(slice(), made);
    } else {
      const OwnRegion& now = *tree_.own(stands);
      made.id = now.id;
      if (!line.valid_from) made.valid_from = std::max(made.valid_from, now.valid_from);
      if (!same(now, made)) {
        if (made.valid_from < now.valid_from)
          return line_error("region.line_field", line.number).with("name", "valid_from");
        write_next(slice(), now, &made, {}, made.valid_from);
      }
    }
    placed_.emplace(in.code, std::pair(made.id, made.level));
    return {};
  }

  std::vector<storage::Change> finish() {
    std::erase_if(changes_, [](const storage::Change& change) { return change.writes.empty(); });
    for (storage::Change& change : changes_) {
      JsonWriter body;
      body.begin_object();
      body.member("what", "loaded");
      body.member("writes", change.writes.size());
      body.end_object();
      change.events.push_back({"region.changed", body.take()});
    }
    return std::move(changes_);
  }

 private:
  Result<std::shared_ptr<const Boundary>> boundary_of(const Line& line) {
    if (line.region.boundary.empty()) return std::shared_ptr<const Boundary>();
    auto read = Boundary::from_geojson(line.region.boundary);
    if (!read.ok())
      return line_error("region.line_boundary", line.number).with("reason", read.error().detail);
    return std::shared_ptr<const Boundary>(std::make_shared<Boundary>(std::move(read).value()));
  }

  Result<std::pair<RegionId, Level>> parent_of(const Line& line) {
    const std::string& code = line.region.parent;
    if (code.empty()) return std::pair(tree_.id(tree_.root()), Level::nation);
    if (const auto fresh = placed_.find(code); fresh != placed_.end()) return fresh->second;
    const Node node = tree_.find(code);
    if (node == no_node) return line_error("region.line_parent", line.number).with("parent", code);
    return std::pair(tree_.id(node), tree_.level(node));
  }

  Result<void> take_national(const Line& line, Node node, std::shared_ptr<const Boundary> boundary) {
    const Node parent = tree_.parent(node);
    const bool moved = !line.region.parent.empty() && tree_.find(line.region.parent) != parent;
    if (line.region.name != tree_.name(node) || line.region.level != tree_.level(node) || moved) {
      return line_error("region.line_national", line.number).with("code", line.region.code);
    }
    const Boundary* known = tree_.boundary(node);
    if (boundary && (known == nullptr || known->geojson() != boundary->geojson())) {
      slice().writes.push_back({&sql::put_known_boundary, {tree_.id(node).value, boundary->geojson()}, 1});
    }
    return {};
  }

  static bool same(const OwnRegion& a, const OwnRegion& b) {
    const bool same_boundary = (a.boundary == nullptr) == (b.boundary == nullptr) &&
                               (a.boundary == nullptr || a.boundary->geojson() == b.boundary->geojson());
    return a.parent == b.parent && a.name == b.name && a.level == b.level && a.kind == b.kind &&
           a.synthetic == b.synthetic && same_boundary;
  }

  storage::Change& slice() {
    if (changes_.empty() || changes_.back().writes.size() + 3 > limits::region_load_writes)
      changes_.emplace_back();
    return changes_.back();
  }

  const Tree& tree_;
  std::int64_t next_id_;
  Day today_;
  std::vector<storage::Change> changes_;
  std::unordered_map<std::string, std::pair<RegionId, Level>> placed_;
};

}  // namespace

Result<std::vector<storage::Change>> Regions::load(std::string_view json_lines, Day today) const {
  if (store_ == nullptr) return Error(ErrorCode::unavailable, "storage.unavailable");
  JW_ASSIGN(const std::vector<Line> lines, read_lines(json_lines));
  const auto now = tree();
  JW_ASSIGN(const std::int64_t first, store_->allocate_ids(static_cast<std::int64_t>(lines.size())));
  Loader loader(*now, first_own_id + first, today);
  for (const Line& line : lines) JW_TRY(loader.take(line));
  return loader.finish();
}

}  // namespace jingwei::region
