#include "app/cli/audit_log.h"
#include "app/cli/server_json.h"
#include "base/percent.h"
#include "modules/audit/audit_json.h"

namespace jingwei::app::cli {

namespace {

namespace json = boost::json;

constexpr std::size_t key_digits = 64;

std::uint64_t number_of(const json::value& object, const char* name) {
  return object.at(name).to_number<std::uint64_t>();
}

Result<void> list(AuditLog& log, const AuditAsked& asked) {
  JW_ASSIGN(const std::string answer, log.entries(asked));
  if (asked.common.json) {
    std::printf("%s\n", answer.c_str());
    return {};
  }
  const auto page = json::parse(answer);
  for (const auto& entry : page.at("items").as_array()) {
    say(false, "cli.audit.line",
        {{"position", text_of(entry, "position")},
         {"at", text_of(entry, "at")},
         {"actor", text_of(entry, "actor")},
         {"event", text_of(entry, "event")},
         {"subject", text_of(entry, "subject")},
         {"outcome", text_of(entry, "outcome")}});
  }
  if (page.at("items").as_array().empty()) say(false, "cli.audit.none");
  if (!page.at("next_cursor").is_null())
    say(false, "cli.audit.more",
        {{"cursor", text_of(page, "next_cursor")}, {"at", text_of(page, "looked_back_to")}});
  return {};
}

// Whether all fits is the exit code.
Result<bool> verify(AuditLog& log, const AuditAsked& asked) {
  if (!asked.key.empty() && !crypto::hash_from_hex(asked.key))
    return Error(ErrorCode::invalid, "app.bad_public_key").with("digits", std::to_string(key_digits));
  JW_ASSIGN(const std::string answer, log.verification(asked));
  const auto run = json::parse(answer);
  const bool whole = run.at("whole").as_bool();
  if (asked.common.json) {
    std::printf("%s\n", answer.c_str());
    return whole;
  }
  if (!run.at("error").is_null())
    return Error(ErrorCode::unavailable, "app.server_refused").with("sentence", text_of(run, "error"));
  for (const auto& finding : run.at("findings").as_array())
    say(false, "cli.audit.finding", {{"sentence", text_of(finding, "sentence")}});
  say(false, whole ? "cli.audit.whole" : "cli.audit.broken",
      {{"leaves", grouped(run.at("leaves").as_int64())},
       {"heads", grouped(run.at("heads").as_int64())},
       {"destroyed", grouped(run.at("destroyed").as_int64())},
       {"waiting", grouped(run.at("waiting").as_int64())}});
  return whole;
}

// Writes a file that has its name only when all of it is on disk.
class FileWriter {
 public:
  static Result<FileWriter> open(const std::string& path) {
    FileSystem& files = real_file_system();
    const std::string part = path + ".part";
    JW_ASSIGN(const bool left_over, files.exists(part));
    if (left_over) JW_TRY(files.remove(part));
    FileWriter writer(path);
    JW_ASSIGN(writer.file_, files.open(part, OpenMode::create));
    return writer;
  }
  Result<void> write(std::string_view text) {
    JW_TRY(file_->write(size_, std::as_bytes(std::span(text))));
    size_ += text.size();
    return {};
  }
  Result<void> finish() {
    JW_TRY(file_->sync());
    return real_file_system().rename(path_ + ".part", path_);
  }
  std::uint64_t size() const { return size_; }

 private:
  explicit FileWriter(std::string path) : path_(std::move(path)) {}
  std::string path_;
  std::unique_ptr<File> file_;
  std::uint64_t size_ = 0;
};

Result<void> prove(AuditLog& log, const AuditAsked& asked) {
  std::string proof;
  if (asked.sizes.size() == 2) {
    JW_ASSIGN(proof, log.consistency(asked.sizes[0], asked.sizes[1]));
  } else {
    JW_ASSIGN(proof, log.proof(asked.position));
  }
  if (asked.file.empty()) {
    std::printf("%s\n", proof.c_str());
    return {};
  }
  JW_TRY(write_text_durably(real_file_system(), asked.file, proof + '\n'));
  say(asked.common.json, "cli.audit.proved", {{"file", asked.file}});
  return {};
}

// Copies the lines of one part whose `member` lies below `end`; gives how many there were.
Result<std::uint64_t> copy_part(AuditLog& log, FileWriter& file, std::string_view part, const char* member,
                                std::uint64_t end, bool quiet) {
  const std::string object = part == "leaves" ? "leaf" : "head";
  std::uint64_t copied = 0;
  for (std::uint64_t from = 0; from < end;) {
    JW_ASSIGN(const std::string lines, log.piece(part, from));
    if (lines.empty()) break;
    for (std::size_t at = 0; at < lines.size();) {
      const std::size_t stop = lines.find('\n', at);
      const std::string_view line = std::string_view(lines).substr(at, stop + 1 - at);
      const std::uint64_t place = number_of(json::parse(line).at(object), member);
      from = place + 1;
      at = stop + 1;
      if (place >= end) break;
      JW_TRY(file.write(line));
      ++copied;
    }
    if (part == "leaves")
      show_progress(quiet,
                    sentence("cli.audit.progress", {{"done", grouped(static_cast<std::int64_t>(copied))},
                                                    {"all", grouped(static_cast<std::int64_t>(end))}}));
  }
  end_progress(quiet);
  return copied;
}

Result<void> export_log(AuditLog& log, const AuditAsked& asked) {
  JW_ASSIGN(const std::string last, log.last_head());
  if (last.empty()) return Error(ErrorCode::conflict, "app.nothing_signed");
  const std::uint64_t size = number_of(json::parse(last), "size");
  JW_ASSIGN(FileWriter file, FileWriter::open(asked.file));
  JW_TRY(file.write(audit::export_first_line(last) + '\n'));
  JW_ASSIGN(const std::uint64_t heads, copy_part(log, file, "heads", "size", size + 1, asked.common.json));
  JW_ASSIGN(const std::uint64_t leaves, copy_part(log, file, "leaves", "position", size, asked.common.json));
  JW_TRY(file.write(audit::export_last_line(heads, leaves) + '\n'));
  JW_TRY(file.finish());
  if (asked.common.json) {
    std::printf("{\"heads\":%llu,\"leaves\":%llu,\"bytes\":%llu}\n", static_cast<unsigned long long>(heads),
                static_cast<unsigned long long>(leaves), static_cast<unsigned long long>(file.size()));
    return {};
  }
  say(false, "cli.audit.exported",
      {{"file", asked.file},
       {"leaves", grouped(static_cast<std::int64_t>(leaves))},
       {"heads", grouped(static_cast<std::int64_t>(heads))},
       {"key", text_of(json::parse(last), "public_key")}});
  return {};
}

// What one call about an order of destruction asks for.
struct OrderAsked {
  Common common;
  std::uint64_t position = 0;
  std::string id, order, reason;
  bool drop = false;
};

void show_order(const json::value& one) {
  say(false, "cli.audit.order",
      {{"id", text_of(one, "id")},
       {"position", text_of(one, "position")},
       {"order", text_of(one, "order")},
       {"state", text_of(one, "state")},
       {"by", text_of(one, "asked_by")}});
}

Result<void> destroy(const OrderAsked& asked) {
  const std::string body = json::serialize(json::object{{"order", asked.order}, {"reason", asked.reason}});
  JW_ASSIGN(const json::value made,
            ask_json(asked.common.data, "POST",
                     "/api/v1/audit/entries/" + std::to_string(asked.position) + "/destruction", body));
  if (!printed_as_json(asked.common, made)) show_order(made);
  return {};
}

Result<void> list_orders(const OrderAsked& asked) {
  JW_ASSIGN(const json::value all,
            ask_json(asked.common.data, "GET", "/api/v1/audit/destructions?limit=200"));
  if (printed_as_json(asked.common, all)) return {};
  for (const auto& one : all.at("items").as_array()) show_order(one);
  return {};
}

Result<void> decide(const OrderAsked& asked) {
  const std::string body = json::serialize(json::object{{"step", asked.drop ? "drop" : "carry_out"}});
  JW_ASSIGN(const json::value made,
            ask_json(asked.common.data, "POST",
                     "/api/v1/audit/destructions/" + percent_encoded(asked.id) + "/steps", body));
  if (!printed_as_json(asked.common, made)) show_order(made);
  return {};
}

void add_orders(CLI::App& group, int& exit_code) {
  auto [ask, asked] =
      add_server_command<OrderAsked>(group, exit_code, "destroy", "cli.help.audit_destroy", destroy);
  ask->add_option("position", asked->position, sentence("cli.help.audit_position"))->required();
  ask->add_option("--order", asked->order, sentence("cli.help.audit_order"))->required();
  ask->add_option("--reason", asked->reason, sentence("cli.help.account_reason"))->required();
  add_server_command<OrderAsked>(group, exit_code, "orders", "cli.help.audit_orders", list_orders);
  auto [step, decided] =
      add_server_command<OrderAsked>(group, exit_code, "decide", "cli.help.audit_decide", decide);
  step->add_option("id", decided->id, sentence("cli.help.audit_order_id"))->required();
  step->add_flag("--drop", decided->drop, sentence("cli.help.audit_drop"));
}

// Gives whether all is well.
using Doing = Result<bool> (*)(AuditLog& log, const AuditAsked& asked);

Result<bool> run(const AuditAsked& asked, Doing doing) {
  static const SystemClock clock;
  auto hub = Hub::open(asked.common.data, find_share(), clock);
  if (!hub && hub.error().message != "storage.locked") return std::move(hub).error();
  const auto log = hub ? own_audit_log(**hub) : served_audit_log(asked.common.data);
  return doing(*log, asked);
}

template <Result<void> (*work)(AuditLog&, const AuditAsked&)>
Result<bool> well(AuditLog& log, const AuditAsked& asked) {
  JW_TRY(work(log, asked));
  return true;
}

CLI::App* add_one(CLI::App& group, int& exit_code, const char* name, const char* help,
                  const std::shared_ptr<AuditAsked>& asked, Doing doing) {
  CLI::App* sub = group.add_subcommand(name, sentence(help));
  add_data_option(*sub, asked->common);
  add_json_option(*sub, asked->common);
  sub->callback([asked, doing, &exit_code] {
    const auto done = run(*asked, doing);
    if (!done) {
      exit_code = report(done.error(), asked->common.json);
    } else if (!*done) {
      exit_code = static_cast<int>(Exit::failed);
    }
  });
  return sub;
}

void add_list(CLI::App& group, int& exit_code) {
  auto asked = std::make_shared<AuditAsked>();
  CLI::App* sub = add_one(group, exit_code, "list", "cli.help.audit_list", asked, well<list>);
  sub->add_option("--actor", asked->query.actor, sentence("cli.help.audit_actor"));
  sub->add_option("--event", asked->query.event, sentence("cli.help.audit_event"));
  sub->add_option("--subject", asked->query.subject, sentence("cli.help.audit_subject"));
  sub->add_option("--purpose", asked->query.purpose, sentence("cli.help.audit_purpose"));
  sub->add_option("--region", asked->query.region, sentence("cli.help.audit_region"));
  sub->add_option("--resource", asked->query.resource, sentence("cli.help.audit_resource"));
  sub->add_option("--outcome", asked->query.outcome, sentence("cli.help.audit_outcome"));
  sub->add_option("--from", asked->from, sentence("cli.help.audit_from"));
  sub->add_option("--to", asked->to, sentence("cli.help.audit_to"));
  sub->add_option("--limit", asked->limit, sentence("cli.help.audit_limit"))->check(CLI::Range(1, 500));
  sub->add_option("--cursor", asked->cursor, sentence("cli.help.audit_cursor"));
}

}  // namespace

void add_audit(CLI::App& app, int& exit_code) {
  CLI::App* group = app.add_subcommand("audit", sentence("cli.help.audit"));
  group->require_subcommand(1);
  add_list(*group, exit_code);

  auto verified = std::make_shared<AuditAsked>();
  CLI::App* sub = add_one(*group, exit_code, "verify", "cli.help.audit_verify", verified, verify);
  sub->add_option("--key", verified->key, sentence("cli.help.audit_key"))->type_name("HEX");

  auto proved = std::make_shared<AuditAsked>();
  sub = add_one(*group, exit_code, "prove", "cli.help.audit_prove", proved, well<prove>);
  auto* what = sub->add_option_group("what");
  what->add_option("position", proved->position, sentence("cli.help.audit_position"));
  what->add_option("--consistency", proved->sizes, sentence("cli.help.audit_sizes"))->expected(2);
  what->require_option(1);
  sub->add_option("--to", proved->file, sentence("cli.help.audit_proof_file"))->type_name("FILE");

  auto exported = std::make_shared<AuditAsked>();
  sub = add_one(*group, exit_code, "export", "cli.help.audit_export", exported, well<export_log>);
  sub->add_option("--to", exported->file, sentence("cli.help.audit_export_file"))
      ->type_name("FILE")
      ->required();
  add_orders(*group, exit_code);
}

}  // namespace jingwei::app::cli
