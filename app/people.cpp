#include "app/people.h"

#include <algorithm>

namespace jingwei::app {

namespace {

Result<std::string> office_of(Hub& hub, const std::string& actor) {
  const auto id = identity::account_of(actor);
  if (!id) return std::string();
  auto account = hub.identity().accounts().get(*id);
  if (!account && account.error().code == ErrorCode::not_found) return std::string();
  if (!account) return std::move(account).error();
  return hub.identity().accounts().office_of(*account);
}

// Numbers of an account's verified documents.
Result<std::vector<std::string>> papers_of(Hub& hub, std::int64_t account) {
  JW_ASSIGN(const auto papers, hub.identity().elsewhere().documents().of(identity::AccountId(account)));
  std::vector<std::string> numbers;
  for (const auto& paper : papers) numbers.push_back(paper.number);
  return numbers;
}

// The number of a child that the account speaks for now.
Result<std::string> ward_of(Hub& hub, std::int64_t account, std::int64_t ward) {
  JW_ASSIGN(const auto papers, papers_of(hub, account));
  JW_ASSIGN(auto child, hub.purposes().rights().ward_of(papers, purpose::RightsId(ward)));
  return std::move(child.identifier);
}

// Under which names the log knows whom these numbers are of: by the numbers themselves, and by all that the
// registry links to them for certain.
Result<std::vector<std::string>> names_in_log(Hub& hub, const std::vector<std::string>& numbers) {
  std::vector<std::string> names, linked;
  for (const auto& number : numbers) {
    JW_ASSIGN(const auto all, hub.registry().pseudonyms_of_resident(number));
    names.push_back(hub.identity().elsewhere().documents().pseudonym_of(number));
    linked.insert(linked.end(), all.begin(), all.end());
  }
  for (auto& name : linked) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
  }
  return names;
}

}  // namespace

audit::People people_of(Hub& hub) {
  audit::People people;
  people.pseudonyms = [&hub](std::int64_t account,
                             std::optional<std::int64_t> ward) -> Result<std::vector<std::string>> {
    std::vector<std::string> numbers;
    if (ward) {
      JW_ASSIGN(std::string number, ward_of(hub, account, *ward));
      numbers.push_back(std::move(number));
    } else {
      JW_ASSIGN(numbers, papers_of(hub, account));
    }
    return names_in_log(hub, numbers);
  };
  people.pseudonym_of = [&hub](const std::string& identifier) {
    return hub.identity().elsewhere().documents().pseudonym_of(identifier);
  };
  people.office = [&hub](const std::string& actor) { return office_of(hub, actor); };
  people.department = [&hub](const std::string& id, Language language) {
    return hub.identity().parts().department_title(id, language);
  };
  people.resource = [&hub](const std::string& id, Language language) -> std::string {
    const auto entry = hub.catalog().find(id);
    return entry ? (*entry)->resource.title.in(language) : std::string();
  };
  people.purpose = [&hub](const std::string& id, Language language) -> std::string {
    const auto view = hub.purposes().view();
    const auto* purpose = view->find(id);
    return purpose == nullptr ? std::string() : purpose->title.in(language);
  };
  return people;
}

registry::OwnDocuments own_documents_of(Hub& hub) {
  return [&hub](std::int64_t account, std::optional<std::int64_t> ward) -> Result<std::vector<std::string>> {
    if (!ward) return papers_of(hub, account);
    JW_ASSIGN(std::string number, ward_of(hub, account, *ward));
    return std::vector<std::string>{std::move(number)};
  };
}

purpose::RightsDesk rights_desk_of(Hub& hub) {
  purpose::RightsDesk desk;
  desk.find = purpose::look_through(hub.catalog(), hub.ingest());
  desk.raise = [&hub](const purpose::OwnDatum& datum, const std::string& reason,
                      const std::optional<std::string>& proposed,
                      const std::string& actor) -> Result<std::string> {
    const auto made = hub.quality().objections().open(
        {datum.resource, datum.record, datum.version, datum.field}, reason, proposed, {actor, std::nullopt});
    if (made) return made->id.to_string();
    // Asked for before, perhaps by a run that was cut short: that one stands for it.
    if (made.error().message != "quality.objected_already") return made.error();
    for (const auto& [name, value] : made.error().arguments) {
      if (name == "id") return value;
    }
    return std::string("0");
  };
  desk.person = [&hub](std::int64_t account) -> Result<std::optional<purpose::VerifiedPerson>> {
    JW_ASSIGN(const auto papers, hub.identity().elsewhere().documents().of(identity::AccountId(account)));
    if (papers.empty()) return std::optional<purpose::VerifiedPerson>();
    return std::optional(purpose::VerifiedPerson{papers.back().name, papers.back().number});
  };
  desk.papers = [&hub](std::int64_t account) { return papers_of(hub, account); };
  desk.case_of = [&hub](purpose::RightsId id) -> Result<std::optional<std::string>> {
    JW_ASSIGN(const auto cases,
              hub.cases().matters().cases_of(std::string(purpose::rights_matter), id.to_string()));
    return cases.empty() ? std::nullopt : std::optional(cases.begin()->second.to_string());
  };
  desk.region = hub.settings().region;
  desk.pseudonym = [&hub](const std::string& identifier) {
    return hub.identity().elsewhere().documents().pseudonym_of(identifier);
  };
  return desk;
}

}  // namespace jingwei::app
