#include "app/case_notices.h"

#include <boost/json.hpp>

#include "base/json_members.h"
#include "base/log.h"

namespace jingwei::app {

namespace {

constexpr std::chrono::hours told_for{24};

struct Said {
  cases::CaseId about;
  std::string to;  // reporter, assignee, owner
  std::string zh, en;
};

// None where another hook is meant, or the body cannot be read.
std::optional<Said> parse_said(std::string_view body) {
  boost::system::error_code fault;
  const auto value = boost::json::parse(boost::json::string_view(body.data(), body.size()), fault);
  const auto* object = fault ? nullptr : value.if_object();
  if (object == nullptr || member_text(*object, "hook") != "notice") return std::nullopt;
  const auto* with = object->if_contains("with");
  const auto* words = with == nullptr ? nullptr : with->if_object();
  const auto* text = words == nullptr ? nullptr : words->if_contains("text");
  const auto about = cases::CaseId::parse(member_text(*object, "case"));
  if (!about || text == nullptr || !text->is_object()) return std::nullopt;
  const auto& said = text->as_object();
  return Said{*about, member_text(*words, "to"), member_text(said, "zh"), member_text(said, "en")};
}

// Whoever the case waits for, at its owner.
std::optional<notice::Audience> owner_of(const cases::Case& one, const region::Tree& tree) {
  const region::Node node = tree.find(one.owner);
  if (node == region::no_node || one.waits_for.empty()) return std::nullopt;
  notice::Audience audience;
  audience.regions = {std::string(tree.code(node))};
  audience.roles = {one.waits_for};
  if (!one.department.empty()) audience.departments = {one.department};
  return audience;
}

std::optional<notice::Audience> audience_of(const Said& said, const cases::Case& one,
                                            const region::Tree& tree) {
  if (said.to == "owner") return owner_of(one, tree);
  const auto account = identity::account_of(said.to == "assignee" ? one.assignee : one.reporter);
  if (!account) return std::nullopt;  // nobody who signs in
  notice::Audience audience;
  audience.accounts = {account->value};
  return audience;
}

// Whether the same would come of it another time: nobody is there to be told.
bool is_lasting(ErrorCode code) {
  return code == ErrorCode::not_found || code == ErrorCode::gone || code == ErrorCode::denied ||
         code == ErrorCode::invalid || code == ErrorCode::too_large;
}

}  // namespace

Result<void> CaseNotices::handle(std::span<const storage::FeedEntry> entries, storage::Change& effect) {
  static_cast<void>(effect);
  for (const auto& entry : entries) {
    if (entry.kind != cases::effect_event_kind || entry.at + told_for < clock_.now()) continue;
    auto told = tell(entry);
    if (told) continue;
    if (!is_lasting(told.error().code)) return told;
    log::info("app.case_notice_left",
              {{"position", entry.position.to_string()}, {"fault", told.error().to_log()}});
  }
  return {};
}

Result<void> CaseNotices::tell(const storage::FeedEntry& entry) {
  const auto said = parse_said(entry.body);
  if (!said) return {};
  JW_ASSIGN(const auto found, cases_.work().find(said->about, cases_.view(nullptr, "hub", "")));
  const auto audience = audience_of(*said, found.one, *regions_.tree());
  if (!audience) return {};
  const auto& process = found.declared->process;
  notice::NewNotice wanted;
  wanted.title = process.title.zh + " " + found.one.number(process);
  wanted.body = said->zh + "\n" + said->en;
  wanted.audience = *audience;
  const notice::Asker asker{nullptr, std::string(notice::process_sender) + found.one.process,
                            "effect-" + entry.position.to_string()};
  const auto sent = notices_.notices().send(std::move(wanted), asker);
  if (!sent && sent.error().message != "notice.nobody") return sent.error();
  return {};
}

}  // namespace jingwei::app
