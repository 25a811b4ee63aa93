#include "app/objection_notices.h"

#include <boost/json.hpp>

#include "app/told.h"
#include "base/json_members.h"
#include "base/log.h"
#include "base/messages.h"

namespace jingwei::app {

namespace {

constexpr std::string_view officers = "data-officer";

struct ObjectionStepTold {
  quality::ObjectionId objection;
  std::string step;
};

// None for the steps that nobody of the provider has to be told of.
std::optional<ObjectionStepTold> step_told(std::string_view body) {
  boost::system::error_code fault;
  const auto value = boost::json::parse(boost::json::string_view(body.data(), body.size()), fault);
  const auto* object = fault ? nullptr : value.if_object();
  if (object == nullptr) return std::nullopt;
  const auto id = quality::ObjectionId::parse(member_text(*object, "objection"));
  std::string step = member_text(*object, "step");
  const bool told = step == "open" || step == "remind" || step == "overdue" || step == "unmended";
  if (!id || !told) return std::nullopt;
  return ObjectionStepTold{*id, std::move(step)};
}

}  // namespace

Result<void> ObjectionNotices::handle(std::span<const storage::FeedEntry> entries, storage::Change& effect) {
  static_cast<void>(effect);
  // With what becomes overdue the provider is reminded as well: one notice says both.
  std::set<std::pair<std::int64_t, quality::ObjectionId>> overdue;
  for (const auto& entry : entries) {
    if (entry.kind != quality::objection_event_kind || entry.at + told_for < clock_.now()) continue;
    const auto taken = step_told(entry.body);
    if (!taken) continue;
    const std::pair in_one_change(entry.position.transaction, taken->objection);
    if (taken->step == "overdue") overdue.insert(in_one_change);
    if (taken->step == "remind" && overdue.contains(in_one_change)) continue;
    const auto told = tell(entry, taken->step, taken->objection);
    if (told) continue;
    if (!stays_untold(told.error().code)) return told;
    log::info("app.objection_notice_left",
              {{"position", entry.position.to_string()}, {"fault", told.error().to_log()}});
  }
  return {};
}

Result<void> ObjectionNotices::tell(const storage::FeedEntry& entry, const std::string& step,
                                    quality::ObjectionId id) {
  JW_ASSIGN(const auto one, quality_.objections().glance(id));
  const bool waits = step == "unmended" ? one.unmended : one.state == quality::ObjectionState::open;
  if (!waits || one.provider.empty()) return {};
  const auto entry_of = catalog_.find(one.datum.resource);
  const catalog::Resource* resource = entry_of ? &(*entry_of)->resource : nullptr;
  const catalog::Field* field = resource == nullptr ? nullptr : resource->field(one.datum.field);
  const auto said = [&](const std::string& part, Language language) {
    const std::vector<std::pair<std::string, std::string>> arguments = {
        {"id", one.id.to_string()},
        {"resource", resource == nullptr ? one.datum.resource : resource->title.in(language)},
        {"field", field == nullptr ? one.datum.field : field->title.in(language)},
        {"due", to_iso(quality_.parts().zone.day_of(one.due_at))}};
    return render("quality.notice_" + part, arguments, language);
  };
  // A reminder after the answer was due says what an overdue one says.
  const std::string part = step == "remind" && one.overdue ? "overdue" : step;
  notice::NewNotice wanted;
  wanted.title = said("title", Language::zh);
  wanted.body = said(part, Language::zh) + "\n" + said(part, Language::en);
  wanted.audience.roles = {std::string(officers)};
  wanted.audience.departments = {one.provider};
  const notice::Asker asker{nullptr, std::string(notice::process_sender) + "objection",
                            "objection-" + entry.position.to_string()};
  const auto sent = notices_.notices().send(std::move(wanted), asker);
  if (!sent && sent.error().message != "notice.nobody") return sent.error();
  return {};
}

}  // namespace jingwei::app
