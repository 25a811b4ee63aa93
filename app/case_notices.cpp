#include "app/case_notices.h"

#include <algorithm>
#include <boost/json.hpp>
#include <map>

#include "app/told.h"
#include "base/json_members.h"
#include "base/log.h"
#include "base/text.h"

namespace jingwei::app {

namespace {

constexpr std::size_t accounts_most = 200;       // that one notice names
constexpr std::string_view by_itself = "timer";  // who has told, where the hub took the step

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

// A number of the event's own, written by the hub.
std::int64_t member_number(const boost::json::object& object, const char* key) {
  const auto* value = object.if_contains(key);
  const auto* number = value == nullptr ? nullptr : value->if_int64();
  return number == nullptr ? 0 : *number;
}

// At most so many characters; what is longer ends in "…".
std::string shortened(const std::string& words, std::size_t most) {
  auto points = text::code_points(words);
  if (points.size() <= most) return words;
  points.resize(most - 1);
  points.push_back(U'…');
  return text::from_code_points(points);
}

// What the form says, or the process.
std::string told_words(const cases::ToldWords& told, const cases::Case& one, const char* between) {
  if (told.field.empty()) return told.words.zh + between + told.words.en;
  const auto found = one.form.find(told.field);
  return found == one.form.end() ? std::string() : found->second;
}

// Of the region above the case's place that the telling names. None: nothing stands there any more.
std::optional<notice::Audience> audience_around(const cases::Telling& telling, const cases::Case& one,
                                                const region::Tree& tree) {
  region::Node node = tree.find(one.place);
  if (node == region::no_node) return std::nullopt;
  while (telling.level && tree.level(node) > *telling.level && node != tree.root()) node = tree.parent(node);
  notice::Audience audience;
  audience.regions = {std::string(tree.code(node))};
  audience.kinds = telling.kinds;
  audience.roles = telling.roles;
  for (const auto& one_of : telling.subjects)
    audience.subjects.push_back({one_of.resource, one_of.purpose, one_of.age_from, one_of.age_to,
                                 one_of.field, one_of.value, one_of.relation});
  return audience;
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

// What an event of `tell` says: which telling of which version of the process.
struct CaseNotices::Entered {
  cases::CaseId about;
  std::string process, state;
  std::int64_t process_version = 0, at = 0, sequence = 0;

  // None where another effect is meant, or the body cannot be read.
  static std::optional<Entered> parse(std::string_view body) {
    boost::system::error_code fault;
    const auto value = boost::json::parse(boost::json::string_view(body.data(), body.size()), fault);
    const auto* object = fault ? nullptr : value.if_object();
    if (object == nullptr || member_text(*object, "hook") != "notice") return std::nullopt;
    const auto* with = object->if_contains("with");
    const auto* said = with == nullptr ? nullptr : with->if_object();
    const auto about = cases::CaseId::parse(member_text(*object, "case"));
    if (!about || said == nullptr || member_text(*said, "to") != cases::word_audience) return std::nullopt;
    return Entered{*about,
                   member_text(*object, "process"),
                   member_text(*said, "state"),
                   member_number(*said, "version"),
                   member_number(*said, "at"),
                   member_number(*object, "sequence")};
  }
};

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
  if (const auto entered = Entered::parse(entry.body)) return tell_audience(*entered);
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

Result<void> CaseNotices::tell_audience(const Entered& entered) {
  JW_ASSIGN(const auto declared, cases_.book().find(entered.process, entered.process_version));
  const cases::State* state = declared->process.state(entered.state);
  const auto at = static_cast<std::size_t>(entered.at);
  if (state == nullptr || at >= state->tell.size()) return {};
  const cases::Telling& telling = state->tell[at];
  JW_ASSIGN(const auto found, cases_.work().find(entered.about, cases_.view(nullptr, "hub", "")));
  const auto audience = audience_around(telling, found.one, *regions_.tree());
  if (!audience) return {};
  JW_ASSIGN(const auto steps, cases_.work().steps(found));
  const auto step = std::find_if(steps.begin(), steps.end(),
                                 [&](const cases::Step& one) { return one.sequence == entered.sequence; });
  notice::NewNotice wanted;
  wanted.title = told_words(telling.title, found.one, " ");
  if (wanted.title.empty())
    wanted.title = declared->process.title.zh + " " + found.one.number(declared->process);
  wanted.title = shortened(wanted.title, notice::limits::title_length);
  wanted.body = shortened(told_words(telling.text, found.one, "\n"), notice::limits::body_length);
  wanted.audience = *audience;
  for (const auto& name : telling.channels) {
    if (const auto channel = notice::channel_named(name)) wanted.channels.push_back(*channel);
  }
  // The package says whom, whatever the grants of who took the step: people of the registry under the purpose
  // that it names.
  const notice::Asker asker{access::Caller::local_operator(),
                            step == steps.end() || step->actor.empty() ? std::string(by_itself) : step->actor,
                            "tell-" + entered.about.to_string() + "-" + std::to_string(entered.sequence) +
                                "-" + entered.state + "-" + std::to_string(entered.at)};
  const auto sent = notices_.notices().send(std::move(wanted), asker);
  if (!sent && sent.error().message != "notice.nobody") return sent.error();
  return {};
}

}  // namespace jingwei::app
