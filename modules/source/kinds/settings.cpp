#include "modules/source/kinds/settings.h"

#include <charconv>

#include "base/limits.h"
#include "base/text.h"
#include "modules/source/asking/declaration.h"
#include "modules/source/kinds/mqtt_payload.h"
#include "modules/source/kinds/odbc_options.h"

namespace jingwei::source {

namespace {

constexpr SettingSpec folder_settings[] = {{"path", Need::required},
                                           {"complete_when", Need::optional, "unchanged"},
                                           {"still_seconds", Need::optional, "2"}};
constexpr SettingSpec mqtt_settings[] = {{"host", Need::required},
                                         {"port", Need::optional, "1883"},
                                         {"topic", Need::required},
                                         {"client_id", Need::optional, ""},
                                         {"id_field", Need::optional, ""},
                                         {"user", Need::optional, ""},
                                         {"tls", Need::optional, "no"},
                                         {"ca_file", Need::optional, ""},
                                         {"group_seconds", Need::optional, "5"},
                                         {"password", Need::secret, ""}};
constexpr SettingSpec postgres_settings[] = {
    {"host", Need::required},          {"port", Need::optional, "5432"},
    {"database", Need::required},      {"user", Need::required},
    {"query", Need::required},         {"watermark", Need::optional, ""},
    {"tls", Need::optional, "prefer"}, {"timeout_seconds", Need::optional, "300"},
    {"password", Need::secret, ""}};
constexpr SettingSpec sqlite_settings[] = {{"path", Need::required},
                                           {"query", Need::required},
                                           {"watermark", Need::optional, ""},
                                           {"timeout_seconds", Need::optional, "300"}};
constexpr SettingSpec odbc_settings[] = {
    {"driver", Need::required},        {"options", Need::optional, ""},
    {"user", Need::optional, ""},      {"query", Need::required},
    {"watermark", Need::optional, ""}, {"timeout_seconds", Need::optional, "300"},
    {"password", Need::secret, ""}};

constexpr SettingSpec question_settings[] = {{"address", Need::required},
                                             {"questions", Need::required},
                                             {"ca_file", Need::optional, ""},
                                             {"at_once", Need::optional, "4"}};

constexpr SettingSpec program_settings[] = {{"account", Need::required}};

std::optional<std::int64_t> whole(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

class Checker {
 public:
  explicit Checker(const Settings& settings) : settings_(settings) {}
  void fault(std::string_view name, std::string id, std::string value = {}) {
    causes_.push_back(Error(ErrorCode::invalid, std::move(id))
                          .with("setting", std::string(name))
                          .with("value", std::move(value))
                          .at("/settings/" + std::string(name)));
  }
  void range(const std::string& name, std::int64_t least, std::int64_t most) {
    const std::string text = text_of(settings_, name);
    const auto value = whole(text);
    if (!value || *value < least || *value > most) {
      causes_.push_back(Error(ErrorCode::invalid, "source.setting_range")
                            .with("setting", name)
                            .with("least", std::to_string(least))
                            .with("most", std::to_string(most))
                            .at("/settings/" + name));
    }
  }
  void one_of(const std::string& name, std::initializer_list<std::string_view> choices) {
    const std::string text = text_of(settings_, name);
    std::string all;
    for (const auto choice : choices) {
      if (choice == text) return;
      all += (all.empty() ? "" : ", ") + std::string(choice);
    }
    causes_.push_back(Error(ErrorCode::invalid, "source.setting_choice")
                          .with("setting", name)
                          .with("choices", all)
                          .at("/settings/" + name));
  }
  void add(Error error) { causes_.push_back(std::move(error)); }
  Result<void> done() const {
    if (causes_.empty()) return {};
    Error error = causes_.front();
    error.causes = causes_;
    return error;
  }

 private:
  const Settings& settings_;
  std::vector<Error> causes_;
};

// A column name that can stand in a statement as it is.
bool is_column(std::string_view name) {
  if (name.empty() || name.size() > 63) return false;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80 && !std::isalnum(byte) && c != '_') return false;
  }
  return !(name.front() >= '0' && name.front() <= '9') && text::is_utf8(name);
}

void check_pull(const Settings& settings, Checker& checker) {
  const std::string query = text_of(settings, "query");
  if (query.size() > limits::source_query_bytes) checker.fault("query", "source.query_too_long");
  // One statement that reads; the database's own read-only mode stands behind this.
  const std::string begin = text::lower_ascii(query.substr(0, query.find_first_of(" \t\r\n(")));
  if (begin != "select" && begin != "with") checker.fault("query", "source.query_not_select");
  if (query.find(';') != std::string::npos) checker.fault("query", "source.query_several");
  const std::string watermark = text_of(settings, "watermark");
  if (!watermark.empty() && !is_column(watermark)) checker.fault("watermark", "source.bad_column", watermark);
  checker.range("timeout_seconds", 1, 3'600);
}

Result<void> check_reach(Kind kind, Settings& settings, const Allowed& allowed) {
  const auto port = [&] { return static_cast<std::uint16_t>(number_of(settings, "port")); };
  switch (kind) {
    case Kind::folder:
    case Kind::sqlite: {
      JW_ASSIGN(settings["path"], allowed.check_path(text_of(settings, "path")));
      return {};
    }
    case Kind::postgres:
      return allowed.check_host(text_of(settings, "host"), port());
    case Kind::mqtt: {
      JW_TRY(allowed.check_host(text_of(settings, "host"), port()));
      if (const std::string file = text_of(settings, "ca_file"); !file.empty()) {
        JW_ASSIGN(settings["ca_file"], allowed.check_path(file));
      }
      return {};
    }
    case Kind::odbc:
      JW_TRY(allowed.check_driver(text_of(settings, "driver")));
      return check_odbc_options(text_of(settings, "options"), allowed);
    case Kind::question: {
      JW_ASSIGN(const Address address, parse_address(text_of(settings, "address")));
      JW_TRY(allowed.check_host(address.host, address.port));
      if (!address.tls && !is_loopback_name(address.host) &&
          !allowed.permits_plain(address.host, address.port))
        return Error(ErrorCode::denied, "source.plain_not_allowed")
            .with("host", address.host)
            .at("/settings/address");
      if (const std::string file = text_of(settings, "ca_file"); !file.empty()) {
        JW_ASSIGN(settings["ca_file"], allowed.check_path(file));
      }
      return {};
    }
    case Kind::program:
      return {};  // it comes by itself
  }
  return {};
}

// Of a question source: what may be asked, and that every secret a header names is there.
void check_questions(const Settings& settings, const Settings& secrets, Checker& checker) {
  checker.range("at_once", 1, static_cast<std::int64_t>(limits::question_calls_at_once));
  if (auto address = parse_address(text_of(settings, "address")); !address) checker.add(address.error());
  const auto declared = parse_declaration(text_of(settings, "questions"));
  if (!declared) {
    const Error& all = declared.error();
    if (all.causes.empty()) checker.add(Error(all).at("/settings/questions"));
    for (const auto& cause : all.causes) checker.add(Error(cause).at("/settings/questions"));
    return;
  }
  for (const auto& name : declared->secret_names()) {
    const auto found = secrets.find(name);
    if (found == secrets.end() || found->second.empty()) {
      checker.fault(name, "source.setting_missing");
    } else if (std::any_of(found->second.begin(), found->second.end(),
                           [](char c) { return c < ' ' || c > '~'; })) {
      checker.fault(name, "source.setting_too_long");  // it would break out of its header
    }
  }
}

}  // namespace

std::span<const SettingSpec> settings_of(Kind kind) {
  switch (kind) {
    case Kind::folder:
      return folder_settings;
    case Kind::mqtt:
      return mqtt_settings;
    case Kind::postgres:
      return postgres_settings;
    case Kind::sqlite:
      return sqlite_settings;
    case Kind::odbc:
      return odbc_settings;
    case Kind::question:
      return question_settings;
    case Kind::program:
      return program_settings;
  }
  return {};
}

std::vector<std::string> secret_names(Kind kind, const Settings& settings) {
  std::vector<std::string> names;
  for (const auto& spec : settings_of(kind)) {
    if (spec.need == Need::secret) names.emplace_back(spec.name);
  }
  if (kind != Kind::question) return names;
  const auto declared = parse_declaration(text_of(settings, "questions"));
  return declared ? declared->secret_names() : names;
}

std::string text_of(const Settings& settings, const std::string& name) {
  const auto found = settings.find(name);
  return found == settings.end() ? std::string() : found->second;
}

std::int64_t number_of(const Settings& settings, const std::string& name) {
  return whole(text_of(settings, name)).value_or(0);
}

Result<void> check_settings(Kind kind, Settings& settings, Settings& secrets, const Allowed& allowed) {
  Checker checker(settings);
  const auto specs = settings_of(kind);
  const auto hidden = secret_names(kind, settings);
  const auto is_secret = [&](const std::string& name) {
    return std::find(hidden.begin(), hidden.end(), name) != hidden.end();
  };
  const auto is_known = [&](const std::string& name) {
    return std::any_of(specs.begin(), specs.end(), [&](const auto& spec) { return spec.name == name; });
  };
  for (auto at = settings.begin(); at != settings.end();) {
    if (!is_known(at->first) && !is_secret(at->first)) checker.fault(at->first, "source.setting_unknown");
    if (at->second.size() > limits::source_setting_bytes || at->second.find('\0') != std::string::npos)
      checker.fault(at->first, "source.setting_too_long");
    if (is_secret(at->first)) {
      secrets[at->first] = at->second;
      at = settings.erase(at);
    } else {
      ++at;
    }
  }
  // Questions that cannot be read name no secrets; that they cannot is told below.
  const bool unread = kind == Kind::question && !parse_declaration(text_of(settings, "questions"));
  for (const auto& [name, value] : secrets) {
    if (!unread && !is_secret(name)) checker.fault(name, "source.setting_unknown");
  }
  for (const auto& spec : specs) {
    const std::string name(spec.name);
    if (spec.need == Need::secret || !text_of(settings, name).empty()) continue;
    if (spec.need == Need::required) {
      checker.fault(name, "source.setting_missing");
    } else {
      settings[name] = spec.otherwise;
    }
  }
  JW_TRY(checker.done());
  if (kind == Kind::mqtt || kind == Kind::postgres) checker.range("port", 1, 65'535);
  if (kind == Kind::folder) {
    checker.one_of("complete_when", {"unchanged", "done_file"});
    checker.range("still_seconds", 1, 3'600);
  }
  if (kind == Kind::mqtt) {
    checker.one_of("tls", {"no", "yes"});
    checker.range("group_seconds", 1, 3'600);
    if (auto topic = TopicPattern::parse(text_of(settings, "topic")); !topic.ok()) checker.add(topic.error());
  }
  if (kind == Kind::postgres)
    checker.one_of("tls", {"prefer", "disable", "require", "verify-ca", "verify-full"});
  if (is_pull(kind)) check_pull(settings, checker);
  if (kind == Kind::program) checker.range("account", 1, INT64_MAX);
  if (kind == Kind::question) check_questions(settings, secrets, checker);
  JW_TRY(checker.done());
  return check_reach(kind, settings, allowed);
}

}  // namespace jingwei::source
