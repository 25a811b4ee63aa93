#include "app/case_notices.h"

#include <algorithm>
#include <boost/json.hpp>
#include <map>

#include "app/told.h"
#include "base/json_members.h"
#include "base/log.h"

namespace jingwei::app {

namespace {

constexpr std::size_t accounts_most = 200;  // that one notice names

struct Said {
  cases::CaseId about;
  std::string to;   // reporter, assignee, owner, above
  RegionId region;  // that it is said of; none: the case's owner
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
  return Said{*about, member_text(*words, "to"),
              RegionId::parse(member_text(*words, "region")).value_or(RegionId()), member_text(said, "zh"),
              member_text(said, "en")};
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

}  // namespace

Result<void> CaseNotices::handle(std::span<const storage::FeedEntry> entries, storage::Change& effect) {
  static_cast<void>(effect);
  for (const auto& entry : entries) {
    if (entry.kind != cases::effect_event_kind || entry.at + told_for < clock_.now()) continue;
    auto told = tell(entry);
    if (told) continue;
    if (!stays_untold(told.error().code)) return told;
    log::info("app.case_notice_left",
              {{"position", entry.position.to_string()}, {"fault", told.error().to_log()}});
  }
  return {};
}

// Whoever may press for the case in the nearest region above where somebody may.
Result<std::optional<notice::Audience>> CaseNotices::those_above(RegionId region, const cases::Found& found,
                                                                 const region::Tree& tree) const {
  const auto& roles = found.declared->process.supervise_by;
  const region::Node owner = tree.find(region);
  std::map<region::Node, std::vector<std::int64_t>>
      above;  // of those above one region the nearest is the last
  JW_ASSIGN(auto reader, store_.read());
  JW_TRY(identity::each_holder(*reader, clock_.now(), [&](const identity::Holder& holder) {
    if (std::find(roles.begin(), roles.end(), holder.role) == roles.end()) return;
    if (!holder.department.empty() && holder.department != found.one.department) return;
    const region::Node node = holder.region ? tree.find(holder.region) : region::no_node;
    if (node == region::no_node || owner == region::no_node || node == owner || !tree.contains(node, owner))
      return;
    auto& accounts = above[node];
    if (accounts.size() < accounts_most) accounts.push_back(holder.account.value);
  }));
  if (above.empty()) return std::optional<notice::Audience>();
  notice::Audience audience;
  audience.accounts = above.rbegin()->second;
  return std::optional(std::move(audience));
}

Result<std::optional<notice::Audience>> CaseNotices::audience_of(const std::string& to, RegionId region,
                                                                 const cases::Found& found) const {
  const auto tree = regions_.tree();
  if (to == cases::word_above) return those_above(region ? region : found.one.owner, found, *tree);
  if (to == "owner") return owner_of(found.one, *tree);
  const auto account =
      identity::account_of(to == cases::word_assignee ? found.one.assignee : found.one.reporter);
  if (!account) return std::optional<notice::Audience>();  // nobody who signs in
  notice::Audience audience;
  audience.accounts = {account->value};
  return std::optional(std::move(audience));
}

Result<void> CaseNotices::tell(const storage::FeedEntry& entry) {
  const auto said = parse_said(entry.body);
  if (!said) return {};
  JW_ASSIGN(const auto found, cases_.work().find(said->about, cases_.view(nullptr, "hub", "")));
  JW_ASSIGN(const auto audience, audience_of(said->to, said->region, found));
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
