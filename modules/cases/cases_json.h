// Cases as JSON and as a workbook, masked by the view.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/messages.h"
#include "modules/cases/cases_service.h"
#include "modules/cases/departments.h"

namespace jingwei::cases {

// For one answer: names looked up once. The service and the view must outlive it.
class CaseWriter {
 public:
  CaseWriter(CasesService& service, const CaseView& view, Language language);

  void write(JsonWriter& json, const Found& found);
  void write(JsonWriter& json, const Task& task);
  void write(JsonWriter& json, const Photo& photo);
  void write(JsonWriter& json, const Duty& duty);
  std::string page(const CasePage& page);
  std::string own_tasks(const OwnTasks& own);
  // Errors: the store's.
  Result<std::string> detail(const Found& found);
  std::string process_list();
  // Errors: not_found.
  Result<std::string> process(const std::string& id, std::optional<std::int64_t> version);
  std::string points(const Points& points);
  std::string figures(const std::vector<Figure>& figures);
  std::string conflicts(const std::vector<Conflict>& conflicts);
  std::string synced(const std::vector<Synced>& results);
  std::string duties(const std::vector<Duty>& duties);
  std::string calendar(const CalendarSetting& setting, std::optional<std::int64_t> year);
  // The list as an Excel workbook. Errors: the file system's.
  Result<std::string> workbook(const std::vector<Found>& items, FileSystem& files, const std::string& folder);

 private:
  std::string title(const catalog::Title& title) const { return title.in(language_); }
  void place(JsonWriter& json, RegionId region);
  void party(JsonWriter& json, const std::string& department);
  void person(JsonWriter& json, const std::string& actor);
  void person_or_null(JsonWriter& json, const std::string& actor);
  void fields(JsonWriter& json, const std::vector<catalog::Field>& fields);
  void answers(JsonWriter& json, const Answers& answers, const std::vector<catalog::Field>& fields,
               const Found& found);
  void step(JsonWriter& json, const Step& step, const Found& found);
  void summary_of(JsonWriter& json, const Declared& declared);
  std::string shown(const catalog::Field& field, const std::string& text) const;
  std::string state_title(const Process& process, const std::string& state) const;
  std::string line_of(const Found& found) const;
  std::string choice_title(const Declared& declared, const std::string& field,
                           const std::string& value) const;
  bool may_open(const Declared& declared) const;
  const std::string& name_of(const std::string& actor);
  const Departments& departments();
  std::string department_title(const std::string& department);

  CasesService& service_;
  const CaseView& view_;
  Language language_;
  std::map<std::string, std::string> names_;
  std::optional<Departments> departments_;
};

}  // namespace jingwei::cases
