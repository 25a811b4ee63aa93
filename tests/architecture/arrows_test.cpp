// Goal: dependencies between folders point one way (ARCHITECTURE.md), and heavy headers stay inside .cpp
// files.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>

#include "tests/architecture/source_tree.h"

namespace jingwei::architecture {
namespace {

// What each part may include besides itself. `app` and the tests of the whole stand on top and may use all.
const std::map<std::string, std::set<std::string>> allowed_parts = {
    {"base", {}},
    {"access", {"base"}},
    {"engines", {"base"}},
    {"schema", {"base"}},
    {"tools", {"base", "schema"}},
    {"crypto", {"base"}},
    {"storage", {"base", "crypto"}},
    {"spreadsheet", {"base"}},
    {"http", {"base", "access"}},
    {"sim", {"base"}},
    {"modules", {"base", "access", "engines", "schema", "crypto", "storage", "spreadsheet", "http"}},
    {"scenario", {"base", "access", "engines", "schema", "storage", "http", "modules"}},
    {"app",
     {"base", "access", "engines", "schema", "crypto", "storage", "spreadsheet", "http", "sim", "modules",
      "scenario"}},
};

// Includes between modules that are no <m>_service.h, each with its reason.
struct Exception {
  std::string file, include, reason;
};
const std::vector<Exception> module_exceptions = {
    {"modules/metrics/metrics_routes.cpp", "modules/ingest/ingest_json.h",
     "the cockpit's stream sends running batches in the same form as the ingest API"},
    {"modules/forms/form_records.h", "modules/ingest/cleaning/cleaning.h",
     "the header and key of a form are read by the very rules by which a file's are"},
    {"modules/forms/form_records.h", "modules/ingest/row_typing.h",
     "cleaners for the key fields of a resource, as ingest makes them"},
    {"modules/forms/form_records.h", "modules/ingest/tree_region_resolver.h",
     "a region in a form means what it means in a file"},
    {"modules/forms/refused_book.cpp", "modules/ingest/repair/refused_view.h",
     "who reads refused rows in a workbook sees of them, and has looked at, what a page's reader does"},
    {"modules/ingest/withdrawal/withdrawal.cpp", "modules/catalog/repeatable.h",
     "a repeated request is known as it is in the catalogue"},
    {"modules/purpose/purpose_service.h", "modules/catalog/resource_life.h",
     "who acts is one person by the rule that the catalogue tells people apart by"},
    {"modules/purpose/rights.h", "modules/catalog/resource_life.h",
     "who acts is one person by the rule that the catalogue tells people apart by"},
    {"modules/purpose/purpose_service.cpp", "modules/catalog/repeatable.h",
     "a repeated request is known as it is in the catalogue"},
    {"modules/purpose/emergencies.cpp", "modules/catalog/repeatable.h",
     "a repeated request is known as it is in the catalogue"},
    {"modules/purpose/rights.cpp", "modules/catalog/repeatable.h",
     "a repeated request is known as it is in the catalogue"},
    {"modules/cases/writing.h", "modules/catalog/repeatable.h",
     "a repeated request is known as it is in the catalogue"},
    {"modules/cases/writing.h", "modules/catalog/resource_life.h",
     "who acts is one person by the rule that the catalogue tells people apart by"},
    {"modules/cases/process/process_states.cpp", "modules/catalog/resource_yaml.h",
     "what a transition asks for are fields of the catalogue, read by the very reader"},
    {"modules/cases/process_book.h", "modules/ingest/form_cleaning.h",
     "a case's form is cleaned by the very rules by which a file's rows are"},
    {"modules/purpose/purpose_routes.cpp", "modules/ingest/ingest_json.h",
     "a person's copy shows records in the very form the API shows them in"},
    {"modules/notice/notices.cpp", "modules/catalog/repeatable.h",
     "a repeated request is known as it is in the catalogue"},
    {"modules/notice/receipts.cpp", "modules/catalog/repeatable.h",
     "a repeated request is known as it is in the catalogue"},
    {"modules/notice/rumours.cpp", "modules/catalog/repeatable.h",
     "a repeated request is known as it is in the catalogue"},
    {"modules/notice/alerts.cpp", "modules/catalog/repeatable.h",
     "a repeated request is known as it is in the catalogue"},
    {"modules/open311/peer/peers.cpp", "modules/catalog/repeatable.h",
     "a repeated request is known as it is in the catalogue"},
    {"modules/quality/owed.cpp", "modules/catalog/responsibility.h",
     "a collection is late by the very responsibility list that reminds of it"},
    {"modules/quality/objection.h", "modules/catalog/resource_life.h",
     "who acts is one person by the rule that the catalogue tells people apart by"},
    {"modules/quality/objection.cpp", "modules/catalog/repeatable.h",
     "a repeated request is known as it is in the catalogue"},
    {"modules/registry/repeating.h", "modules/catalog/repeatable.h",
     "a repeated request is known as it is in the catalogue"},
    {"modules/registry/telling.cpp", "modules/catalog/meaning.h",
     "what a field asks is told by the rule that finds overlaps"},
    {"modules/registry/file.cpp", "modules/catalog/meaning.h",
     "a form's field is known by the rule that finds overlaps"},
    {"modules/registry/papers.cpp", "modules/ingest/cleaning/clean_document.h",
     "what a number can be is told by the rule that cleaned it"},
    {"modules/registry/typed.cpp", "modules/catalog/meaning.h",
     "what was known is known by the rule that finds overlaps"},
    {"modules/registry/foretelling.cpp", "modules/ingest/withdrawal/withdrawal.h",
     "which records a withdrawal ends or brings back is asked of the withdrawal itself"},
    {"modules/registry/registry_json.cpp", "modules/catalog/meaning.h",
     "fields that stand beside each other ask the same by the rule that finds overlaps"},
};

// Includes of scenario that are no service of a module, each with its reason.
const std::vector<Exception> scenario_exceptions = {
    {"scenario/checker.cpp", "modules/catalog/resource_yaml.h",
     "a package is checked by the very reader that loads it"},
    {"scenario/migration_check.cpp", "modules/catalog/resource_yaml.h",
     "what a package brings as forms is read by the very reader that loads it"},
    {"scenario/scenario_service.cpp", "modules/catalog/repeatable.h",
     "a repeated request is known as it is in the catalogue"},
    {"scenario/checker.cpp", "modules/identity/builtin_roles.h",
     "roles a package names are those every hub has"},
};

// Includes of app that are no service, routes or JSON form of a module, each with its reason.
const std::vector<Exception> app_exceptions = {
    {"app/cli/link_files.cpp", "modules/ingest/reading/file_rows.h",
     "an analyst's file is read by the very reader that takes a department's"},
    {"app/scenario_stage.cpp", "modules/identity/builtin_roles.h",
     "a test's people have the very roles that a new hub has"},
    {"app/outgoing.cpp", "modules/source/asking/exchange.h",
     "sign-in services are asked by the very client that asks departments"},
};

// Inner headers that name a heavy library, and the folder whose files alone include them.
const std::map<std::string, std::string> inner_headers = {
    {"http/core.h", "http/"},
    {"http/connection.h", "http/"},
    {"app/cli/server_json.h", "app/cli/"},
    {"modules/identity/oidc/made_service.h", "modules/identity/oidc/"},
    {"modules/ingest/reading/xml_elements.h", "modules/ingest/reading/"},
};

const std::vector<std::string> heavy_headers = {
    "boost/",     "simdjson", "yaml-cpp/", "sqlite3",     "libpq",  "unicode/",
    "opencc",     "spdlog/",  "openssl/",  "zlib",        "sodium", "botan/",
    "xlsxwriter", "zip.h",    "pugixml",   "mosquitto.h", "sql.h",  "sqlext.h"};

struct Include {
  const TextFile* file;
  std::string target;
  bool quoted;
};

const std::vector<Include>& includes() {
  static const std::vector<Include> all = [] {
    std::vector<Include> found;
    for (const TextFile* file : files_ending({"h", "cpp"})) {
      for (const auto line : file->lines()) {
        constexpr std::string_view word = "#include ";
        if (!line.starts_with(word) || line.size() < word.size() + 2) continue;
        const bool quoted = line[word.size()] == '"';
        const std::size_t end = line.find(quoted ? '"' : '>', word.size() + 1);
        found.push_back({file, std::string(line.substr(word.size() + 1, end - word.size() - 1)), quoted});
      }
    }
    return found;
  }();
  return all;
}

std::string kind_of(const std::string& part) {
  return part.starts_with("modules/") ? "modules" : part;
}

std::string told(const Include& include) {
  return include.file->path + " includes " + include.target;
}

bool is_generated(const std::string& target) {
  return target.ends_with(".gen.h");
}

// A module's headers that others may see: the service; for app also the routes and the JSON forms the CLI
// prints.
bool is_open_to_modules(const std::string& part, const std::string& target) {
  return target == part + "/" + part.substr(part.rfind('/') + 1) + "_service.h";
}

bool is_open_to_app(const std::string& part, const std::string& target) {
  const std::string stem = part + "/" + part.substr(part.rfind('/') + 1);
  return is_open_to_modules(part, target) || target == stem + "_routes.h" || target == stem + "_json.h";
}

TEST(Arrows, TheTreeIsThere) {
  EXPECT_GT(includes().size(), 500u);
  for (const auto& [part, unused] : allowed_parts) {
    const bool present =
        std::any_of(source_tree().begin(), source_tree().end(),
                    [&, &name = part](const TextFile& file) { return file.path.starts_with(name + "/"); });
    EXPECT_TRUE(present) << part << " holds no files; is the rule out of date?";
  }
}

TEST(Arrows, EveryIncludeInQuotesNamesAFileFromTheSourceRoot) {
  std::set<std::string> paths;
  for (const auto& file : source_tree()) paths.insert(file.path);
  for (const auto& include : includes()) {
    if (include.quoted && !is_generated(include.target))
      EXPECT_TRUE(paths.contains(include.target)) << told(include);
  }
}

TEST(Arrows, FoldersIncludeOnlyWhatStandsBelowThem) {
  for (const auto& include : includes()) {
    if (!include.quoted || is_test_code(*include.file)) continue;
    const std::string from = part_of(include.file->path), to = part_of(include.target);
    if (from == to || !allowed_parts.contains(kind_of(from))) continue;
    EXPECT_TRUE(allowed_parts.at(kind_of(from)).contains(kind_of(to)) ||
                (kind_of(from) == "modules" && kind_of(to) == "modules"))
        << told(include) << ": " << from << " must not depend on " << to;
  }
}

TEST(Arrows, TestsToDoNotTurnTheArrowsRound) {
  for (const auto& include : includes()) {
    const std::string from = part_of(include.file->path), to = part_of(include.target);
    if (!include.quoted || !is_test_code(*include.file) || from == to ||
        !allowed_parts.contains(kind_of(from)))
      continue;
    if (to == "tests") continue;
    EXPECT_NE(to, "app") << told(include);
    if (kind_of(to) == "modules") EXPECT_EQ(kind_of(from), "modules") << told(include);
  }
}

TEST(Arrows, ModulesReachEachOtherThroughServicesOnly) {
  std::set<std::string> used;
  for (const auto& include : includes()) {
    const std::string from = part_of(include.file->path), to = part_of(include.target);
    if (kind_of(from) != "modules" || kind_of(to) != "modules" || from == to || is_test_code(*include.file))
      continue;
    const auto exception =
        std::find_if(module_exceptions.begin(), module_exceptions.end(), [&](const Exception& one) {
          return one.file == include.file->path && one.include == include.target;
        });
    if (exception != module_exceptions.end()) {
      used.insert(exception->file + exception->include);
      continue;
    }
    EXPECT_TRUE(is_open_to_modules(to, include.target)) << told(include);
  }
  for (const auto& exception : module_exceptions) {
    EXPECT_TRUE(used.contains(exception.file + exception.include))
        << exception.file << " no longer needs its exception";
    EXPECT_FALSE(exception.reason.empty());
  }
}

TEST(Arrows, AppSeesServicesRoutesAndJsonOfModules) {
  std::size_t used = 0;
  for (const auto& include : includes()) {
    const std::string to = part_of(include.target);
    if (part_of(include.file->path) != "app" || kind_of(to) != "modules" || is_test_code(*include.file))
      continue;
    const auto exception =
        std::find_if(app_exceptions.begin(), app_exceptions.end(), [&](const Exception& one) {
          return one.file == include.file->path && one.include == include.target;
        });
    if (exception != app_exceptions.end()) {
      EXPECT_FALSE(exception->reason.empty());
      ++used;
      continue;
    }
    EXPECT_TRUE(is_open_to_app(to, include.target) || is_generated(include.target)) << told(include);
  }
  EXPECT_EQ(used, app_exceptions.size()) << "an exception is no longer needed";
}

TEST(Arrows, ScenarioSeesServicesOfModules) {
  std::size_t used = 0;
  for (const auto& include : includes()) {
    const std::string to = part_of(include.target);
    if (part_of(include.file->path) != "scenario" || kind_of(to) != "modules" || is_test_code(*include.file))
      continue;
    const auto exception =
        std::find_if(scenario_exceptions.begin(), scenario_exceptions.end(), [&](const Exception& one) {
          return one.file == include.file->path && one.include == include.target;
        });
    if (exception != scenario_exceptions.end()) {
      EXPECT_FALSE(exception->reason.empty());
      ++used;
      continue;
    }
    EXPECT_TRUE(is_open_to_modules(to, include.target)) << told(include);
  }
  EXPECT_EQ(used, scenario_exceptions.size()) << "an exception is no longer needed";
}

TEST(Arrows, ModulesDoNotGoInCircles) {
  std::map<std::string, std::set<std::string>> arrows;
  for (const auto& include : includes()) {
    const std::string from = part_of(include.file->path), to = part_of(include.target);
    if (kind_of(from) == "modules" && kind_of(to) == "modules" && from != to) arrows[from].insert(to);
  }
  std::set<std::string> done, open;
  const std::function<void(const std::string&)> walk = [&](const std::string& part) {
    if (done.contains(part)) return;
    EXPECT_TRUE(open.insert(part).second) << part << " depends on itself through others";
    if (::testing::Test::HasFailure()) return;
    for (const auto& next : arrows[part]) walk(next);
    open.erase(part);
    done.insert(part);
  };
  std::vector<std::string> parts;
  for (const auto& [part, unused] : arrows) parts.push_back(part);
  for (const auto& part : parts) walk(part);
}

TEST(Arrows, OnlyRoutesOfAModuleKnowHttp) {
  for (const auto& include : includes()) {
    const std::string kind = kind_of(part_of(include.file->path));
    if ((kind != "modules" && kind != "scenario") || part_of(include.target) != "http") continue;
    EXPECT_NE(include.file->name().find("_routes"), std::string_view::npos) << told(include);
  }
}

TEST(Arrows, GeneratedHeadersStayInTheirFolder) {
  for (const auto& include : includes()) {
    if (!include.quoted || !is_generated(include.target) || is_test_code(*include.file)) continue;
    const bool list_of_modules = include.file->path == "app/modules.cpp";
    EXPECT_TRUE(list_of_modules || part_of(include.target) == part_of(include.file->path)) << told(include);
  }
}

TEST(Arrows, StoragesAreReachedThroughTheirPort) {
  for (const auto& include : includes()) {
    if (part_of(include.file->path) == "storage" || is_test_code(*include.file)) continue;
    for (const std::string_view inside : {"storage/embedded/", "storage/postgres/", "storage/faulty/"}) {
      EXPECT_FALSE(include.target.starts_with(inside)) << told(include);
    }
  }
}

TEST(Arrows, HeavyHeadersStandInSourceFilesOnly) {
  for (const auto& include : includes()) {
    if (include.file->ending() != "h" || include.quoted || inner_headers.contains(include.file->path))
      continue;
    if (is_test_code(*include.file)) continue;
    for (const auto& heavy : heavy_headers) EXPECT_FALSE(include.target.starts_with(heavy)) << told(include);
  }
  for (const auto& include : includes()) {
    if (const auto inner = inner_headers.find(include.target); inner != inner_headers.end()) {
      EXPECT_TRUE(include.file->path.starts_with(inner->second)) << told(include);
    }
  }
}

}  // namespace
}  // namespace jingwei::architecture
