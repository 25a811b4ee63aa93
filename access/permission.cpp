#include "access/permission.h"

#include <array>
#include <string>
#include <unordered_map>

namespace jingwei::access {

namespace {

constexpr auto all = std::to_array<Permission>({
    {"public", Reach::anyone, Duty::work},
    {"self", Reach::self, Duty::work},
    {"system.read", Reach::anyone, Duty::work},

    {"region.read", Reach::self, Duty::work},  // public geography; residents say where something is
    {"catalog.read", Reach::everywhere, Duty::work},
    {"catalog.draft", Reach::department, Duty::work},
    {"catalog.decide", Reach::hub, Duty::work},
    {"catalog.demand", Reach::everywhere, Duty::work},
    {"catalog.assign", Reach::hub, Duty::work},
    {"catalog.exempt", Reach::hub, Duty::work},
    {"ingest.read", Reach::department, Duty::work},
    {"ingest.write", Reach::department, Duty::work},
    {"ingest.refused.read", Reach::rows, Duty::work},
    {"ingest.synonyms.write", Reach::department, Duty::work},
    {"ingest.withdraw", Reach::department, Duty::work},
    {"source.read", Reach::department, Duty::work},
    {"source.write", Reach::department, Duty::work},
    {"source.run", Reach::department, Duty::work},
    {"source.ask", Reach::everywhere, Duty::work},  // whoever is asked bounds it by purposes
    {"record.read", Reach::rows, Duty::work},
    {"record.write", Reach::rows, Duty::work},
    {"record.break_glass", Reach::everywhere, Duty::work},
    {"subject.read", Reach::rows, Duty::work},
    {"subject.relate", Reach::rows, Duty::work},
    {"subject.review", Reach::rows, Duty::work},
    {"subject.merge", Reach::rows, Duty::work},
    {"registry.read", Reach::everywhere, Duty::work},
    {"registry.train", Reach::hub, Duty::work},
    {"comparison.read", Reach::everywhere, Duty::work},
    {"comparison.ask", Reach::everywhere, Duty::work},
    {"comparison.approve", Reach::hub, Duty::work},
    {"metrics.read", Reach::everywhere, Duty::work},
    {"quality.read", Reach::everywhere, Duty::work},
    {"objection.read", Reach::department, Duty::work},
    {"objection.open", Reach::everywhere, Duty::work},
    {"objection.answer", Reach::department, Duty::work},
    {"case.own", Reach::self, Duty::work},
    {"case.read", Reach::rows, Duty::work},
    {"case.act", Reach::rows, Duty::work},
    {"case.turn", Reach::rows, Duty::work},
    {"case.supervise", Reach::rows, Duty::work},
    {"duty.read", Reach::everywhere, Duty::work},
    {"duty.write", Reach::rows, Duty::work},
    {"calendar.write", Reach::hub, Duty::work},
    {"purpose.read", Reach::everywhere, Duty::work},
    {"emergency.declare", Reach::hub, Duty::work},
    {"emergency.end", Reach::hub, Duty::work},
    {"destruction.read", Reach::everywhere, Duty::work},
    {"rights.open", Reach::everywhere, Duty::work},
    {"rights.read", Reach::hub, Duty::work},
    {"rights.answer", Reach::hub, Duty::work},
    {"scenario.read", Reach::everywhere, Duty::work},
    {"notice.send", Reach::everywhere, Duty::work},
    {"notice.follow", Reach::everywhere, Duty::work},
    {"notice.cap", Reach::hub, Duty::work},
    {"open311.read", Reach::hub, Duty::work},
    {"open311.write", Reach::hub, Duty::work},
    {"rumour.write", Reach::everywhere, Duty::work},
    {"rumour.publish", Reach::hub, Duty::work},
    {"alert.issue", Reach::everywhere, Duty::work},

    {"system.operate", Reach::hub, Duty::system},
    {"scenario.install", Reach::hub, Duty::system},
    {"keys.read", Reach::hub, Duty::system},
    {"keys.rotate", Reach::hub, Duty::system},
    {"keys.destroy", Reach::hub, Duty::system},
    {"provider.read", Reach::hub, Duty::system},
    {"provider.write", Reach::hub, Duty::system},

    {"account.read", Reach::hub, Duty::security},
    {"account.write", Reach::hub, Duty::security},
    {"role.read", Reach::everywhere, Duty::work},
    {"role.write", Reach::hub, Duty::security},
    {"purpose.write", Reach::hub, Duty::security},

    {"audit.read", Reach::hub, Duty::audit},
    {"audit.prove", Reach::hub, Duty::audit},
    {"audit.destroy", Reach::hub, Duty::audit},
    {"audit.delay", Reach::hub, Duty::audit},
});
static_assert(all.size() <= permissions_most);

}  // namespace

std::span<const Permission> permissions() {
  return all;
}

std::optional<std::size_t> find_permission(std::string_view id) {
  static const auto places = [] {
    std::unordered_map<std::string_view, std::size_t> found;
    for (std::size_t at = 0; at < all.size(); ++at) found.emplace(all[at].id, at);
    return found;
  }();
  const auto place = places.find(id);
  return place == places.end() ? std::nullopt : std::optional(place->second);
}

std::string title_of(const Permission& permission, Language language) {
  return render("access." + std::string(permission.id), {}, language);
}

std::string_view name_of(Reach reach) {
  constexpr std::array<std::string_view, 6> names = {"anyone",     "self", "everywhere",
                                                     "department", "rows", "hub"};
  return names[static_cast<std::size_t>(reach)];
}

std::string_view name_of(Duty duty) {
  constexpr std::array<std::string_view, 4> names = {"work", "system", "security", "audit"};
  return names[static_cast<std::size_t>(duty)];
}

}  // namespace jingwei::access
