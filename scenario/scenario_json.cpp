#include "scenario/scenario_json.h"

#include <algorithm>

#include "base/json.h"
#include "scenario/cross_checks.h"
#include "scenario/graph.h"

namespace jingwei::scenario {

using schema::YamlNode;

namespace {

std::string title_of(const YamlNode* title, Language language) {
  return title == nullptr ? std::string() : text_of(*title, language == Language::zh ? "zh" : "en");
}

void texts(JsonWriter& out, std::string_view key, const std::vector<const YamlNode*>& nodes) {
  out.key(key);
  out.begin_array();
  for (const YamlNode* node : nodes) out.value(node->scalar);
  out.end_array();
}

void ids(JsonWriter& out, std::string_view key, const std::vector<YamlNode>& entries) {
  out.key(key);
  out.begin_array();
  for (const auto& entry : entries) out.value(text_of(entry, "id"));
  out.end_array();
}

void write_package_warnings(JsonWriter& out, const std::vector<PackageWarning>& warnings) {
  out.key("warnings");
  out.begin_array();
  for (const auto& warning : warnings) {
    out.begin_object();
    out.member("place", warning.place);
    out.member("other", warning.other);
    out.member("sentence", warning.sentence);
    out.end_object();
  }
  out.end_array();
}

void write_summary(JsonWriter& out, const Kept& kept, Language language,
                   const std::vector<PackageWarning>* warnings = nullptr) {
  schema::YamlFaults ignored;
  const ParsedPackage parsed = parse(kept.package, ignored);
  static const YamlNode nothing;
  const YamlNode* file = parsed.root("scenario.yaml");
  const YamlNode& root = file == nullptr ? nothing : *file;
  out.begin_object();
  out.member("id", kept.package.id);
  out.member("title", title_of(root.find("title"), language));
  out.member("owner", title_of(root.find("owner"), language));
  out.member("version", text_of(root, "version"));
  out.member("state", name_of(kept.state));
  out.member("origin", name_of(kept.origin));
  out.member("emergency_only", text_of(root, "emergency_only") == "true");
  texts(out, "covers", scalars_of(root.find("covers")));
  texts(out, "depends", scalars_of(root.find("depends")));
  ids(out, "resources", parsed.list("resources.yaml", "resources"));
  ids(out, "processes", parsed.list("process.yaml", "processes"));
  out.member("tests", parsed.list("tests.yaml", "tests").size());
  out.member("changed_at", to_rfc3339(kept.changed_at));
  out.member("changed_by", kept.changed_by);
  out.member("reason", kept.reason);
  if (warnings != nullptr) write_package_warnings(out, *warnings);
  out.end_object();
}

void write_drawings(JsonWriter& out, const Package& package, Language language) {
  schema::YamlFaults ignored;
  const ParsedPackage parsed = parse(package, ignored);
  out.key("drawings");
  out.begin_array();
  for (const auto& process : parsed.list("process.yaml", "processes")) {
    const Graph graph = graph_of(process, language);
    out.begin_object();
    out.member("id", graph.id);
    out.member("title", graph.title);
    out.member("svg", draw(graph, GraphForm::svg));
    out.member("text", draw(graph, GraphForm::text));
    out.end_object();
  }
  out.end_array();
}

bool is_for(const YamlNode& page, const std::set<std::string>& roles) {
  const auto named = scalars_of(page.find("roles"));
  return std::any_of(named.begin(), named.end(), [&](const YamlNode* role) {
    return role->scalar == "anyone" || roles.contains(role->scalar);
  });
}

void write_page(JsonWriter& out, const std::string& package, const YamlNode& page, Language language) {
  out.begin_object();
  out.member("id", text_of(page, "id"));
  out.member("package", package);
  out.member("title", title_of(page.find("title"), language));
  out.member("description", title_of(page.find("description"), language));
  for (const char* key : {"for", "kind", "process", "resource", "icon", "order"})
    out.member(key, text_of(page, key));
  texts(out, "columns", scalars_of(page.find("columns")));
  texts(out, "filters", scalars_of(page.find("filters")));
  out.key("prefill");
  out.begin_object();
  if (const YamlNode* prefill = page.find("prefill")) {
    for (const auto& pair : prefill->pairs) out.member(pair.key.scalar, pair.value.scalar);
  }
  out.end_object();
  out.end_object();
}

}  // namespace

std::string version_of(const Package& package) {
  const auto text = package.files.find("scenario.yaml");
  if (text == package.files.end()) return {};
  const auto root = schema::parse_yaml(text->second, "scenario.yaml");
  return root ? text_of(*root, "version") : std::string();
}

std::string summary_json(const Kept& kept, Language language) {
  JsonWriter out;
  write_summary(out, kept, language);
  return out.take();
}

std::string installed_json(const Kept& kept, const std::vector<PackageWarning>& warnings, Language language) {
  JsonWriter out;
  write_summary(out, kept, language, &warnings);
  return out.take();
}

std::string packages_json(const std::vector<Kept>& all, Language language) {
  JsonWriter out;
  out.begin_object();
  out.key("items");
  out.begin_array();
  for (const auto& kept : all) write_summary(out, kept, language);
  out.end_array();
  out.end_object();
  return out.take();
}

std::string detail_json(const Kept& kept, Language language) {
  JsonWriter out;
  out.begin_object();
  out.key("package");
  write_summary(out, kept, language);
  out.key("files");
  out.begin_array();
  for (const auto& [name, text] : kept.package.files) {
    out.begin_object();
    out.member("name", name);
    out.member("bytes", text.size());
    out.end_object();
  }
  out.end_array();
  write_drawings(out, kept.package, language);
  out.end_object();
  return out.take();
}

std::string check_json(const Package& package, const std::string& installed_version,
                       const std::vector<Error>& faults, const std::vector<PackageWarning>& warnings,
                       Language language) {
  JsonWriter out;
  out.begin_object();
  out.member("package", package.id);
  out.member("version", version_of(package));
  out.member("installed_version", installed_version);
  out.key("faults");
  out.begin_array();
  for (const auto& fault : faults) {
    out.begin_object();
    out.member("place", fault.field);
    out.member("id", fault.message);
    out.member("sentence", render(fault, language));
    out.end_object();
  }
  out.end_array();
  write_package_warnings(out, warnings);
  out.end_object();
  return out.take();
}

std::string coverage_json(const Shelf& shelf, Language language) {
  JsonWriter out;
  out.begin_object();
  out.key("items");
  out.begin_array();
  for (const auto& feature : feature_list()) {
    out.begin_object();
    out.member("id", feature.id);
    out.member("title", language == Language::zh ? feature.zh : feature.en);
    out.key("packages");
    out.begin_array();
    for (const auto& package : shelf.packages()) {
      const auto& covers = package.list("scenario.yaml", "covers");
      if (std::any_of(covers.begin(), covers.end(),
                      [&](const YamlNode& row) { return row.scalar == feature.id; }))
        out.value(package.id);
    }
    out.end_array();
    out.end_object();
  }
  out.end_array();
  out.end_object();
  return out.take();
}

std::string pages_json(const Shelf& shelf, const IsOn& is_on, const std::set<std::string>& roles,
                       bool everyone, const std::string& where, Language language) {
  JsonWriter out;
  out.begin_object();
  out.key("items");
  out.begin_array();
  for (const auto& package : shelf.packages()) {
    const bool on = !is_on || is_on(package.id);
    for (const auto& page : package.list("pages.yaml", "pages")) {
      if (!on && text_of(page, "kind") == "form") continue;
      if (!where.empty() && text_of(page, "for") != where) continue;
      if (everyone || is_for(page, roles)) write_page(out, package.id, page, language);
    }
  }
  out.end_array();
  out.end_object();
  return out.take();
}

}  // namespace jingwei::scenario
