// jingwei account provider: sign-in services of others.
#include "app/cli/provider_command.h"

#include "app/cli/server_json.h"
#include "base/file_system.h"
#include "base/percent.h"

namespace jingwei::app::cli {

namespace {

namespace json = boost::json;

constexpr std::uint64_t secret_bytes = 1'000;

// What one call asks for.
struct Asked {
  Common common;
  std::string id, zh, en, audience, issuer, client, secret_file, scopes, back, account_claim, name_claim,
      kind_claim, number_claim;
  std::string first_login, state, factor;
  std::vector<std::string> words;
};

const std::string providers = "/api/v1/identity-providers";

std::string address_of(const Asked& asked) {
  return providers + "/" + percent_encoded(asked.id);
}

void show_provider(const json::value& one) {
  const char* language = terminal_language() == Language::zh ? "zh" : "en";
  say(false, "cli.provider.line",
      {{"id", text_of(one, "id")},
       {"title", text_of(one.at("title"), language)},
       {"audience", text_of(one, "audience")},
       {"issuer", text_of(one, "issuer")},
       {"client", text_of(one, "client_id")},
       {"first", text_of(one, "first_login")},
       {"enabled", one.at("enabled").as_bool() ? "+" : "-"}});
}

Result<void> list(const Asked& asked) {
  JW_ASSIGN(const json::value all, ask_json(asked.common.data, "GET", providers));
  if (printed_as_json(asked.common, all)) return {};
  for (const auto& one : all.at("items").as_array()) show_provider(one);
  return {};
}

// What stands, so that only what changes has to be said; empty for a new one.
Result<json::object> standing(const Asked& asked) {
  JW_ASSIGN(const json::value all, ask_json(asked.common.data, "GET", providers));
  for (const auto& one : all.at("items").as_array()) {
    if (text_of(one, "id") != asked.id) continue;
    json::object body = one.as_object();
    for (const char* shown : {"id", "has_secret", "changed_at", "changed_by"}) body.erase(shown);
    for (const char* claim : {"account_claim", "document_kind_claim", "document_number_claim"}) {
      if (body[claim].is_null()) body.erase(claim);
    }
    return body;
  }
  return json::object{{"title", json::object{}}, {"version", 0}};
}

Result<void> set(const Asked& asked) {
  JW_ASSIGN(json::object body, standing(asked));
  const auto put = [](json::object& into, const char* member, const std::string& value) {
    if (!value.empty()) into[member] = value;
  };
  put(body["title"].as_object(), "zh", asked.zh);
  put(body["title"].as_object(), "en", asked.en);
  put(body, "audience", asked.audience);
  put(body, "issuer", asked.issuer);
  put(body, "client_id", asked.client);
  put(body, "scopes", asked.scopes);
  put(body, "return_address", asked.back);
  put(body, "account_claim", asked.account_claim);
  put(body, "name_claim", asked.name_claim);
  put(body, "document_kind_claim", asked.kind_claim);
  put(body, "document_number_claim", asked.number_claim);
  put(body, "first_login", asked.first_login);
  if (!asked.state.empty()) body["enabled"] = asked.state == "on";
  if (!asked.factor.empty()) body["second_factor"] = asked.factor == "yes";
  if (!asked.words.empty()) {
    json::array words;
    for (const auto& word : asked.words) {
      const std::size_t equal = word.find('=');
      words.push_back(json::object{{"word", word.substr(0, equal)},
                                   {"kind", equal == std::string::npos ? "" : word.substr(equal + 1)}});
    }
    body["document_words"] = std::move(words);
  }
  if (!asked.secret_file.empty()) {
    JW_ASSIGN(std::string secret, read_text(real_file_system(), asked.secret_file, secret_bytes));
    while (!secret.empty() && (secret.back() == '\n' || secret.back() == '\r')) secret.pop_back();
    body["client_secret"] = secret;
  }
  JW_ASSIGN(const json::value made,
            ask_json(asked.common.data, "PUT", address_of(asked), json::serialize(body)));
  if (!printed_as_json(asked.common, made)) show_provider(made);
  return {};
}

Result<void> remove(const Asked& asked) {
  JW_TRY(ask_json(asked.common.data, "DELETE", address_of(asked)));
  say(asked.common.json, "cli.provider.removed", {{"id", asked.id}});
  return {};
}

Result<void> try_out(const Asked& asked) {
  JW_ASSIGN(const json::value found, ask_json(asked.common.data, "POST", address_of(asked) + "/trial"));
  if (printed_as_json(asked.common, found)) return {};
  say(false, "cli.provider.tried",
      {{"keys", text_of(found, "keys")}, {"address", text_of(found, "authorization_endpoint")}});
  return {};
}

}  // namespace

void add_provider(CLI::App& account, int& exit_code) {
  CLI::App* group = account.add_subcommand("provider", sentence("cli.help.provider"));
  group->require_subcommand(1);
  add_server_command<Asked>(*group, exit_code, "list", "cli.help.provider_list", list);
  const auto with_id = [&](const char* name, const char* help, Result<void> (*doing)(const Asked&)) {
    auto added = add_server_command<Asked>(*group, exit_code, name, help, doing);
    added.first->add_option("id", added.second->id, sentence("cli.help.provider_id"))->required();
    return added;
  };
  with_id("remove", "cli.help.provider_remove", remove);
  with_id("try", "cli.help.provider_try", try_out);
  auto [sub, asked] = with_id("set", "cli.help.provider_set", set);
  sub->add_option("--zh", asked->zh, sentence("cli.help.provider_zh"));
  sub->add_option("--en", asked->en, sentence("cli.help.provider_en"));
  sub->add_option("--for", asked->audience, sentence("cli.help.provider_for"))
      ->check(CLI::IsMember({"staff", "resident"}));
  sub->add_option("--issuer", asked->issuer, sentence("cli.help.provider_issuer"));
  sub->add_option("--client", asked->client, sentence("cli.help.provider_client"));
  sub->add_option("--secret-file", asked->secret_file, sentence("cli.help.provider_secret"));
  sub->add_option("--scopes", asked->scopes, sentence("cli.help.provider_scopes"));
  sub->add_option("--return", asked->back, sentence("cli.help.provider_return"));
  sub->add_option("--login-claim", asked->account_claim, sentence("cli.help.provider_login_claim"));
  sub->add_option("--name-claim", asked->name_claim, sentence("cli.help.provider_name_claim"));
  sub->add_option("--kind-claim", asked->kind_claim, sentence("cli.help.provider_kind_claim"));
  sub->add_option("--number-claim", asked->number_claim, sentence("cli.help.provider_number_claim"));
  sub->add_option("--word", asked->words, sentence("cli.help.provider_word"));
  sub->add_option("--first-login", asked->first_login, sentence("cli.help.provider_first"))
      ->check(CLI::IsMember({"refuse", "create"}));
  sub->add_option("--two-factors", asked->factor, sentence("cli.help.provider_factor"))
      ->check(CLI::IsMember({"yes", "no"}));
  sub->add_option("--state", asked->state, sentence("cli.help.provider_state"))
      ->check(CLI::IsMember({"on", "off"}));
}

}  // namespace jingwei::app::cli
