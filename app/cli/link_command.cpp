// jingwei link: which records of one file, or of two, tell of one person.
#include <thread>

#include "app/cli/cli.h"
#include "app/cli/link_files.h"
#include "app/cli/link_page.h"
#include "base/clock.h"
#include "base/json.h"

namespace jingwei::app::cli {

namespace {

struct LinkCommand {
  Common common;
  std::string left, right, config, out, clusters, explain;
  std::vector<std::string> pair;
};

constexpr std::size_t page_bytes_config = 1 << 20;

std::string rounded(double number, const char* form) {
  char text[48];
  std::snprintf(text, sizeof text, form, number);
  return text;
}

std::string grouped_count(std::uint64_t number) {
  return grouped(static_cast<std::int64_t>(number));
}

// "exact +12.3  near +6.0  different -4.1": levels that occur.
std::string weights_text(const linkage::Mixture& mixture, std::size_t field) {
  std::string text;
  const auto& chances = mixture.chances[field];
  for (std::size_t level = 1; level < linkage::level_count; ++level) {
    if (chances[0][level] < 5e-4 && chances[1][level] < 5e-4) continue;
    text += (text.empty() ? "" : "  ") +
            sentence("cli.link.level." + std::string(name_of(static_cast<linkage::Level>(level)))) + " " +
            rounded(level_weight(mixture, field, static_cast<linkage::Level>(level)), "%+.1f");
  }
  return text;
}

void tell(const linkage::Records& records, const linkage::Linkage& answer, const LinkInput& input,
          double seconds) {
  const auto& report = answer.report;
  say(false, "cli.link.records",
      {{"records", grouped_count(report.records)}, {"rows", grouped_count(report.rows)}});
  if (input.unreadable > 0)
    std::fprintf(stderr, "%s\n",
                 sentence("cli.link.unreadable", {{"rows", grouped_count(input.unreadable)},
                                                  {"line", std::to_string(input.first_unreadable_line)}})
                     .c_str());
  say(false, "cli.link.blocks",
      {{"blocks", grouped_count(report.blocks)}, {"pairs", grouped_count(report.compared)}});
  for (const auto& key : report.keys)
    std::printf("    %s (%s)\n", key.name.c_str(), grouped(static_cast<std::int64_t>(key.pairs)).c_str());
  if (report.keys.empty() && report.compared > 0) say(false, "cli.link.every_pair");
  say(false, "cli.link.weights");
  for (std::size_t field = 0; field < records.fields(); ++field)
    std::printf("    %-20s %s\n", records.column(field).field.name.c_str(),
                weights_text(answer.model->mixture(), field).c_str());
  say(false, "cli.link.threshold",
      {{"threshold", rounded(report.threshold.probability, "%.3f")},
       {"precision", rounded(report.threshold.precision, "%.4f")},
       {"recall", rounded(report.threshold.recall, "%.4f")}});
  for (const auto& warning : report.warnings)
    std::fprintf(stderr, "%s\n",
                 sentence("cli.link.warned", {{"warning", warning_sentence(warning)}}).c_str());
  say(false, "cli.link.done",
      {{"pairs", grouped_count(answer.pairs.size())},
       {"clusters", grouped_count(report.clusters)},
       {"time", duration_text(seconds)}});
}

void write_weights(JsonWriter& json, const linkage::Records& records, const linkage::Mixture& mixture) {
  json.key("weights");
  json.begin_array();
  for (std::size_t field = 0; field < records.fields(); ++field) {
    json.begin_object();
    json.member("field", records.column(field).field.name);
    json.member("type", linkage::name_of(records.column(field).field.type));
    json.key("levels");
    json.begin_array();
    for (std::size_t level = 1; level < linkage::level_count; ++level) {
      json.begin_object();
      json.member("level", linkage::name_of(static_cast<linkage::Level>(level)));
      json.member("m", mixture.chances[field][0][level]);
      json.member("u", mixture.chances[field][1][level]);
      json.member("weight", level_weight(mixture, field, static_cast<linkage::Level>(level)));
      json.end_object();
    }
    json.end_array();
    json.end_object();
  }
  json.end_array();
}

void tell_json(const linkage::Records& records, const linkage::Linkage& answer, const LinkInput& input,
               double seconds) {
  const auto& report = answer.report;
  JsonWriter json(4'096);
  json.begin_object();
  json.member("records", report.records);
  json.member("distinct_rows", report.rows);
  json.member("left", input.left);
  json.member("right", input.right);
  json.member("unreadable_rows", input.unreadable);
  json.member("blocks", report.blocks);
  json.member("parted_blocks", report.parted_blocks);
  json.member("largest_block", report.largest_block);
  json.member("pairs_compared", report.compared);
  json.member("pairs_linked", answer.pairs.size());
  json.member("clusters", report.clusters);
  json.member("refused_joins", report.refused_joins);
  json.member("contradictions", report.contradictions);
  json.member("threshold", report.threshold.probability);
  json.member("expected_precision", report.threshold.precision);
  json.member("expected_recall", report.threshold.recall);
  json.member("prior", answer.model->weights().prior());
  json.key("keys");
  json.begin_array();
  for (const auto& key : report.keys) {
    json.begin_object();
    json.member("key", key.name);
    json.member("pairs", key.pairs);
    json.end_object();
  }
  json.end_array();
  write_weights(json, records, answer.model->mixture());
  json.key("warnings");
  json.begin_array();
  for (const auto& warning : report.warnings) {
    json.begin_object();
    json.member("kind", name_of(warning.kind));
    if (!warning.field.empty()) json.member("field", warning.field);
    if (!warning.value.empty()) json.member("value", warning.value);
    if (warning.count > 0) json.member("count", warning.count);
    json.member("sentence", warning_sentence(warning));
    json.end_object();
  }
  json.end_array();
  json.member("seconds", seconds);
  json.end_object();
  std::printf("%s\n", json.text().c_str());
}

Result<void> link_files(const LinkCommand& command) {
  const SystemClock clock;
  const auto began = clock.monotonic();
  FileSystem& files = real_file_system();
  JW_ASSIGN(const std::string yaml, read_text(files, command.config, page_bytes_config));
  JW_ASSIGN(const LinkConfig config, parse_link_config(yaml, command.config));
  JW_ASSIGN(LinkInput input, read_link_input(files, config, command.left, command.right));
  linkage::LinkOptions options;
  options.seed = config.seed;
  options.threshold = config.threshold;
  options.threads = std::clamp(std::thread::hardware_concurrency(), 1U, 16U);
  input.records->prepare(options.threads);
  const linkage::Records& records = *input.records;
  const linkage::Linkage answer = linkage::link(records, options);
  JW_TRY(write_pairs(files, command.out, records, answer, options.threads));
  if (!command.clusters.empty()) JW_TRY(write_clusters(files, command.clusters, records, answer));
  if (!command.explain.empty()) {
    ExplainChoice choice;
    if (command.pair.size() == 2) choice.left = command.pair[0], choice.right = command.pair[1];
    JW_ASSIGN(const std::string page, explanation_page(records, answer, choice));
    JW_TRY(write_text_durably(files, command.explain, page));
  }
  const double seconds = std::chrono::duration<double>(clock.monotonic() - began).count();
  if (command.common.json) {
    tell_json(records, answer, input, seconds);
  } else {
    tell(records, answer, input, seconds);
  }
  return {};
}

}  // namespace

void add_link(CLI::App& app, int& exit_code) {
  auto command = std::make_shared<LinkCommand>();
  CLI::App* sub = app.add_subcommand("link", sentence("cli.help.link"));
  sub->footer(sentence("cli.help.link_footer"));
  sub->add_option("--left", command->left, sentence("cli.option.link_left"))->required()->type_name("FILE");
  sub->add_option("--right", command->right, sentence("cli.option.link_right"))->type_name("FILE");
  sub->add_option("--config", command->config, sentence("cli.option.link_config"))
      ->required()
      ->type_name("FILE");
  sub->add_option("--out", command->out, sentence("cli.option.link_out"))->required()->type_name("FILE");
  sub->add_option("--clusters", command->clusters, sentence("cli.option.link_clusters"))->type_name("FILE");
  auto* const explain =
      sub->add_option("--explain", command->explain, sentence("cli.option.link_explain"))->type_name("FILE");
  sub->add_option("--pair", command->pair, sentence("cli.option.link_pair"))
      ->expected(2)
      ->type_name("ID")
      ->needs(explain);
  add_json_option(*sub, command->common);
  sub->callback([command, &exit_code] {
    const auto done = link_files(*command);
    exit_code = done ? static_cast<int>(Exit::ok) : report(done.error(), command->common.json);
  });
}

}  // namespace jingwei::app::cli
