#include "modules/cases/cases_routes.h"

#include <algorithm>

#include "base/limits.h"
#include "modules/cases/api.gen.h"
#include "modules/cases/cases_json.h"

namespace jingwei::cases {

using http::problem;

namespace {

constexpr std::uint64_t photo_bytes = 12 << 20;
constexpr std::size_t workbook_rows = 20'000;
constexpr std::size_t page_rows = 200;

std::string text_of(const schema::Datum& given) {
  return given.present() ? std::string(given.text()) : std::string();
}

std::optional<double> number_of(const schema::Datum& given) {
  return given.present() ? std::optional(given.number()) : std::nullopt;
}

Result<Answers> answers_in(const schema::Datum& given, const char* field) {
  if (!given.present()) return Answers();
  auto answers = answers_of(given.json());
  if (!answers) return Error(ErrorCode::invalid, "cases.bad_answers").with("field", field).at(field);
  std::erase_if(*answers, [](const auto& one) { return one.second.empty(); });
  return std::move(*answers);
}

std::vector<PhotoId> photos_in(const schema::Datum& given) {
  std::vector<PhotoId> ids;
  if (!given.present()) return ids;
  for (const auto& one : given.items()) ids.emplace_back(one.integer());
  return ids;
}

Result<CaseId> cursor_of(const std::optional<std::string>& cursor) {
  if (!cursor || cursor->empty()) return CaseId();
  const auto id = CaseId::parse(*cursor);
  if (!id) return Error(ErrorCode::stale, "cases.bad_cursor").at("cursor");
  return *id;
}

// list_cases and get_cases_workbook ask the same.
template <typename In>
CaseQuery query_of(const In& in) {
  CaseQuery query;
  query.process = in.process.value_or("");
  query.state = in.state.value_or("");
  if (in.stage) query.stage = stage_named(*in.stage);
  query.under = in.under.value_or("");
  query.department = in.department.value_or("");
  query.category = in.category.value_or("");
  query.urgency = in.urgency.value_or("");
  query.assignee = in.assignee.value_or("");
  query.open = in.open;
  query.overdue = in.overdue.value_or(false);
  query.supervised = in.supervised.value_or(false);
  query.opened_from = in.opened_from;
  query.opened_to = in.opened_to;
  return query;
}

}  // namespace

class CasesRoutes::Handlers final : public api::Operations {
 public:
  Handlers(CasesService& service, FileSystem& files, std::string folder)
      : service_(service), files_(files), folder_(std::move(folder)) {}

  http::Response list_processes(const http::Request& http, const api::ListProcesses&) override {
    const CaseView view = view_of(http);
    return http::Response::json(CaseWriter(service_, view, http.language).process_list());
  }

  http::Response get_process(const http::Request& http, const api::GetProcess& in) override {
    const CaseView view = view_of(http);
    return answered(CaseWriter(service_, view, http.language).process(in.process, in.version), http.language);
  }

  http::Response open_case(const http::Request& http, const api::OpenCase& in) override {
    const CaseView view = view_of(http, in.body);
    NewCase wanted;
    auto form = answers_in(in.body["form"], "/form");
    if (!form) return problem(form.error(), http.language);
    wanted.form = std::move(*form);
    wanted.longitude = number_of(in.body["longitude"]);
    wanted.latitude = number_of(in.body["latitude"]);
    wanted.region = text_of(in.body["region"]);
    if (const std::string name = text_of(in.body["in_name_of"]); !name.empty())
      wanted.in_name_of = {{"name", name}, {"phone", text_of(in.body["phone"])}};
    wanted.photos = photos_in(in.body["photos"]);
    const auto opened =
        service_.work().open(in.process, wanted, view, request_of(http, view, in.idempotency_key));
    auto response = detail(opened, view, http.language, 201);
    if (opened) response.headers.emplace_back("Location", "/api/v1/cases/" + opened->one.id.to_string());
    return response;
  }

  http::Response list_cases(const http::Request& http, const api::ListCases& in) override {
    const CaseView view = view_of(http);
    CaseQuery query = query_of(in);
    const auto before = cursor_of(in.cursor);
    if (!before) return problem(before.error(), http.language);
    query.before = *before;
    query.most = static_cast<std::size_t>(in.limit);
    return page(service_.lists().newest(query, view), view, http.language);
  }

  http::Response list_own_cases(const http::Request& http, const api::ListOwnCases& in) override {
    const CaseView view = view_of(http);
    const auto before = cursor_of(in.cursor);
    if (!before) return problem(before.error(), http.language);
    return page(service_.lists().of_reporter(view.actor(), *before, static_cast<std::size_t>(in.limit)), view,
                http.language);
  }

  http::Response get_cases_workbook(const http::Request& http, const api::GetCasesWorkbook& in) override {
    const CaseView view = view_of(http);
    CaseQuery query = query_of(in);
    query.most = page_rows;
    std::vector<Found> all;
    while (all.size() < workbook_rows) {
      auto next = service_.lists().newest(query, view);
      if (!next) return problem(next.error(), http.language);
      std::move(next->items.begin(), next->items.end(), std::back_inserter(all));
      if (next->next.empty()) break;
      query.before = CaseId::parse(next->next).value_or(CaseId(1));
    }
    auto bytes = CaseWriter(service_, view, http.language).workbook(all, files_, folder_);
    if (!bytes) return problem(bytes.error(), http.language);
    http::Response response = http::Response::text(
        std::move(*bytes), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
    response.headers.emplace_back("Content-Disposition", "attachment; filename=\"cases.xlsx\"");
    return response;
  }

  http::Response get_case(const http::Request& http, const api::GetCase& in) override {
    const CaseView view = view_of(http);
    return detail(service_.work().find(CaseId(in.id), view), view, http.language);
  }

  http::Response act_on_case(const http::Request& http, const api::ActOnCase& in) override {
    const CaseView view = view_of(http, in.body);
    ActionRequest wanted;
    wanted.action = in.body["action"].text();
    wanted.version = in.body["version"].integer();
    auto inputs = answers_in(in.body["inputs"], "/inputs");
    if (!inputs) return problem(inputs.error(), http.language);
    wanted.inputs = std::move(*inputs);
    wanted.words = text_of(in.body["words"]);
    wanted.assignee = text_of(in.body["assignee"]);
    wanted.photos = photos_in(in.body["photos"]);
    return detail(
        service_.work().act(CaseId(in.id), wanted, view, request_of(http, view, in.idempotency_key)), view,
        http.language);
  }

  http::Response hand_over_case(const http::Request& http, const api::HandOverCase& in) override {
    const CaseView view = view_of(http);
    return detail(
        service_.work().hand_over(CaseId(in.id), in.body["version"].integer(), text_of(in.body["region"]),
                                  text_of(in.body["department"]), text_of(in.body["reason"]), view,
                                  request_of(http, view, in.idempotency_key)),
        view, http.language);
  }

  http::Response comment_case(const http::Request& http, const api::CommentCase& in) override {
    const CaseView view = view_of(http);
    return detail(service_.work().comment(CaseId(in.id), text_of(in.body["words"]), view,
                                          request_of(http, view, in.idempotency_key)),
                  view, http.language);
  }

  http::Response supervise_case(const http::Request& http, const api::SuperviseCase& in) override {
    const CaseView view = view_of(http);
    return detail(service_.work().supervise(CaseId(in.id), text_of(in.body["words"]), view,
                                            request_of(http, view, in.idempotency_key)),
                  view, http.language);
  }

  http::Response merge_case(const http::Request& http, const api::MergeCase& in) override {
    const CaseView view = view_of(http);
    return detail(service_.work().merge(CaseId(in.id), in.body["version"].integer(),
                                        CaseId(in.body["parent"].integer()), view,
                                        request_of(http, view, in.idempotency_key)),
                  view, http.language);
  }

  http::Response list_similar_cases(const http::Request& http, const api::ListSimilarCases& in) override {
    const CaseView view = view_of(http);
    const auto found = service_.work().find(CaseId(in.id), view);
    if (!found) return problem(found.error(), http.language);
    auto similar = service_.lists().similar(*found, view);
    if (!similar) return problem(similar.error(), http.language);
    return page(CasePage{std::move(*similar), {}}, view, http.language);
  }

  http::Response add_task(const http::Request& http, const api::AddTask& in) override {
    const CaseView view = view_of(http);
    NewTask wanted{text_of(in.body["title"]),
                   text_of(in.body["region"]),
                   text_of(in.body["department"]),
                   text_of(in.body["assignee"]),
                   in.body["hours"].present() ? std::optional(in.body["hours"].integer()) : std::nullopt,
                   text_of(in.body["role"])};
    return task(service_.tasks().add(CaseId(in.id), wanted, view, request_of(http, view, in.idempotency_key)),
                view, http.language, 201);
  }

  http::Response step_task(const http::Request& http, const api::StepTask& in) override {
    const CaseView view = view_of(http);
    const TaskStep step = task_step_named(in.body["step"].text()).value_or(TaskStep::done);
    return task(service_.tasks().step(TaskId(in.task), step, text_of(in.body["words"]), view,
                                      request_of(http, view, in.idempotency_key)),
                view, http.language, 200);
  }

  http::Response list_own_tasks(const http::Request& http, const api::ListOwnTasks&) override {
    const CaseView view = view_of(http);
    const auto own = service_.tasks().own(view);
    if (!own) return problem(told_in(own.error(), http.language), http.language);
    return http::Response::json(CaseWriter(service_, view, http.language).own_tasks(*own));
  }

  http::Response send_photo(const http::Request& http, const api::SendPhoto& in) override {
    const CaseView view = view_of(http);
    if (http.spool_path.empty())
      return problem(Error(ErrorCode::unsupported, "cases.no_picture"), http.language);
    auto bytes = read_text(files_, http.spool_path, photo_bytes);
    if (!bytes) return problem(bytes.error(), http.language);
    const auto photo = service_.photos().send(std::move(*bytes), CaseId(in.case_id.value_or(0)), view,
                                              request_of(http, view, in.idempotency_key));
    if (!photo) return problem(photo.error(), http.language);
    JsonWriter json;
    CaseWriter(service_, view, http.language).write(json, *photo);
    return http::Response::json(json.take(), 201);
  }

  http::Response get_photo(const http::Request& http, const api::GetPhoto& in) override {
    const CaseView view = view_of(http);
    auto content = service_.photos().fetch(
        PhotoId(in.photo), in.copy == "original" ? PhotoCopy::original : PhotoCopy::clean, view);
    if (!content) return problem(content.error(), http.language);
    http::Response response = http::Response::text(std::move(content->bytes), content->photo.media);
    response.headers.emplace_back("X-Content-Type-Options", "nosniff");
    if (!content->shown_in) return response;
    const Found& found = *content->shown_in;
    return about(found, service_.person_of(found), std::move(response), http.language);
  }

  http::Response list_inbox(const http::Request& http, const api::ListInbox& in) override {
    const CaseView view = view_of(http);
    InboxQuery query{in.role.value_or(""), in.process.value_or(""), in.mine.value_or(false),
                     in.cursor.value_or(""), static_cast<std::size_t>(in.limit)};
    return page(service_.lists().inbox(query, view), view, http.language);
  }

  http::Response count_inbox(const http::Request& http, const api::CountInbox&) override {
    const auto count = service_.lists().count(view_of(http));
    if (!count) return problem(count.error(), http.language);
    JsonWriter json;
    json.begin_object();
    json.member("mine", count->mine);
    json.member("role", count->role);
    json.member("overdue", count->overdue);
    json.end_object();
    return http::Response::json(json.take());
  }

  http::Response get_board(const http::Request& http, const api::GetBoard& in) override {
    const CaseView view = view_of(http);
    const auto declared = service_.book().find(in.process);
    if (!declared) return problem(declared.error(), http.language);
    const auto scope = view.tree().scope(in.under.value_or(""));
    if (in.under && !scope)
      return problem(Error(ErrorCode::not_found, "region.not_found").with("code", *in.under).at("under"),
                     http.language);
    const auto counts = service_.figures().sum(reached_by("case.read", view, scope), in.process);
    CaseWriter writer(service_, view, http.language);
    JsonWriter json(16'384);
    json.begin_object();
    json.member("process", in.process);
    json.key("columns");
    json.begin_array();
    for (const auto& state : (*declared)->process.states) {
      if (!state.is_leaf() || state.final) continue;
      const auto count = std::find_if(counts.begin(), counts.end(),
                                      [&](const Figure& one) { return one.state == state.id; });
      const auto items = service_.lists().column(in.process, state.id, in.under.value_or(""),
                                                 static_cast<std::size_t>(in.items), view);
      if (!items) return problem(items.error(), http.language);
      json.begin_object();
      json.member("state", state.id);
      json.member("title", state.title.in(http.language));
      json.member("stage", name_of(state.stage));
      json.member("count", count == counts.end() ? std::int64_t{0} : count->open);
      json.member("overdue", count == counts.end() ? std::int64_t{0} : count->overdue);
      json.key("items");
      json.begin_array();
      for (const auto& one : *items) writer.write(json, one);
      json.end_array();
      json.end_object();
    }
    json.end_array();
    json.end_object();
    return http::Response::json(json.take());
  }

  http::Response list_case_points(const http::Request& http, const api::ListCasePoints& in) override {
    const CaseView view = view_of(http);
    PointQuery query;
    query.process = in.process.value_or("");
    query.under = in.under.value_or("");
    query.west = in.west.value_or(query.west);
    query.south = in.south.value_or(query.south);
    query.east = in.east.value_or(query.east);
    query.north = in.north.value_or(query.north);
    const auto points = service_.lists().points(query, view);
    if (!points) return problem(points.error(), http.language);
    return http::Response::json(CaseWriter(service_, view, http.language).points(*points));
  }

  http::Response act_on_cases(const http::Request& http, const api::ActOnCases& in) override;
  http::Response sync_cases(const http::Request& http, const api::SyncCases& in) override;

  http::Response list_conflicts(const http::Request& http, const api::ListConflicts&) override {
    const CaseView view = view_of(http);
    const auto all = service_.sync().conflicts(view.actor());
    if (!all) return problem(all.error(), http.language);
    return http::Response::json(CaseWriter(service_, view, http.language).conflicts(*all));
  }

  http::Response settle_conflict(const http::Request& http, const api::SettleConflict& in) override {
    const CaseView view = view_of(http);
    const auto settled =
        service_.sync().settle(ConflictId(in.conflict), request_of(http, view, in.idempotency_key));
    if (!settled) return problem(settled.error(), http.language);
    return http::Response::no_content();
  }

  http::Response list_duties(const http::Request& http, const api::ListDuties& in) override {
    const CaseView view = view_of(http);
    const auto scope = view.tree().scope(in.under.value_or(""));
    if (in.under && !scope)
      return problem(Error(ErrorCode::not_found, "region.not_found").with("code", *in.under).at("under"),
                     http.language);
    std::vector<Duty> wanted;
    const auto duties = service_.roster().duties();
    for (const auto& duty : *duties) {
      const region::Node node = view.tree().find(duty.region);
      const bool within = !scope || (node != region::no_node && scope->contains(node));
      if (within && (!in.duty || *in.duty == duty.duty)) wanted.push_back(duty);
    }
    return http::Response::json(CaseWriter(service_, view, http.language).duties(wanted));
  }

  http::Response add_duty(const http::Request& http, const api::AddDuty& in) override {
    const CaseView view = view_of(http);
    Duty wanted;
    wanted.duty = in.body["duty"].text();
    const region::Node node = view.tree().find(in.body["region"].text());
    if (node == region::no_node)
      return problem(Error(ErrorCode::not_found, "region.not_found")
                         .with("code", text_of(in.body["region"]))
                         .at("/region"),
                     http.language);
    wanted.region = view.tree().id(node);
    wanted.department = text_of(in.body["department"]);
    if (!view.reaches("duty.write", wanted.region, wanted.department))
      return problem(Error(ErrorCode::denied, "cases.duty_not_yours").at("/region"), http.language);
    wanted.person = in.body["person"].text();
    wanted.from = in.body["from"].present() ? in.body["from"].instant() : service_.parts().clock.now();
    if (in.body["until"].present()) wanted.until = in.body["until"].instant();
    wanted.days = text_of(in.body["days"]);
    wanted.hours = text_of(in.body["hours"]);
    const auto added = service_.roster().add(std::move(wanted), request_of(http, view, in.idempotency_key));
    if (!added) return problem(added.error(), http.language);
    JsonWriter json;
    CaseWriter(service_, view, http.language).write(json, *added);
    return http::Response::json(json.take(), 201);
  }

  http::Response end_duty(const http::Request& http, const api::EndDuty& in) override {
    const CaseView view = view_of(http);
    const auto duty = service_.roster().find(DutyId(in.duty));
    if (duty && !view.reaches("duty.write", duty->region, duty->department))
      return problem(Error(ErrorCode::denied, "cases.duty_not_yours"), http.language);
    const auto ended = service_.roster().end(DutyId(in.duty), request_of(http, view, in.idempotency_key));
    if (!ended) return problem(ended.error(), http.language);
    return http::Response::no_content();
  }

  http::Response get_calendar(const http::Request& http, const api::GetCalendar& in) override {
    const CaseView view = view_of(http);
    return http::Response::json(
        CaseWriter(service_, view, http.language).calendar(service_.calendars().setting(), in.year));
  }

  http::Response set_calendar(const http::Request& http, const api::SetCalendar& in) override;

  http::Response list_case_figures(const http::Request& http, const api::ListCaseFigures& in) override {
    const CaseView view = view_of(http);
    const auto scope = view.tree().scope(in.under.value_or(""));
    if (in.under && !scope)
      return problem(Error(ErrorCode::not_found, "region.not_found").with("code", *in.under).at("under"),
                     http.language);
    const auto counted =
        service_.figures().sum(reached_by("metrics.read", view, scope), in.process.value_or(""));
    return http::Response::json(CaseWriter(service_, view, http.language).figures(counted));
  }

 private:
  CaseView view_of(const http::Request& http, std::string_view said = {}) const {
    return service_.view(http.caller, http.actor(said), std::string(http.purpose()));
  }
  CaseView view_of(const http::Request& http, const schema::Datum& body) const {
    return view_of(http, text_of(body["actor"]));
  }

  static WriteRequest request_of(const http::Request& http, const CaseView& view,
                                 const std::optional<std::string>& key) {
    return {view.actor(), key, http.language};
  }

  // Cases that count for the viewer: within the scope, and of places and departments within their reach.
  static Figures::Counts reached_by(const char* permission, const CaseView& view,
                                    const std::optional<region::Scope>& scope) {
    return [permission, &view, &scope](RegionId place, const std::string& department) {
      const region::Node node = view.tree().find(place);
      const bool within = !scope || (node != region::no_node && scope->contains(node));
      return within && view.reaches(permission, place, department);
    };
  }

  static http::Response answered(const Result<std::string>& json, Language language) {
    return json ? http::Response::json(*json) : problem(json.error(), language);
  }

  static http::Response about(const Found& found, Result<std::string> person, http::Response response,
                              Language language) {
    if (!person) return problem(person.error(), language);
    response.disclosed.resource = found.declared->process.form;
    response.disclosed.subject = std::move(*person);
    return response;
  }

  http::Response detail(const Result<Found>& found, const CaseView& view, Language language,
                        int status = 200) {
    if (!found) return problem(told_in(found.error(), language), language);
    auto json = CaseWriter(service_, view, language).detail(*found);
    if (!json) return problem(json.error(), language);
    http::Response response = about(*found, service_.person_opened(*found, view),
                                    http::Response::json(std::move(*json), status), language);
    const region::Node node = view.tree().find(found->one.place);
    if (node != region::no_node) response.disclosed.region = view.tree().code(node);
    return response;
  }

  http::Response page(const Result<CasePage>& page, const CaseView& view, Language language) {
    if (!page) return problem(page.error(), language);
    return http::Response::json(CaseWriter(service_, view, language).page(*page));
  }

  http::Response task(const Result<Task>& task, const CaseView& view, Language language, int status) {
    if (!task) return problem(told_in(task.error(), language), language);
    JsonWriter json;
    CaseWriter(service_, view, language).write(json, *task);
    return http::Response::json(json.take(), status);
  }

  CasesService& service_;
  FileSystem& files_;
  std::string folder_;
};

// One by one: what cannot be done says why and holds nothing up.
http::Response CasesRoutes::Handlers::act_on_cases(const http::Request& http, const api::ActOnCases& in) {
  const CaseView view = view_of(http);
  ActionRequest wanted;
  wanted.action = in.body["action"].text();
  auto inputs = answers_in(in.body["inputs"], "/inputs");
  if (!inputs) return problem(inputs.error(), http.language);
  wanted.inputs = std::move(*inputs);
  wanted.words = text_of(in.body["words"]);
  wanted.assignee = text_of(in.body["assignee"]);
  std::int64_t done = 0;
  JsonWriter json(8'192);
  json.begin_object();
  json.key("items");
  json.begin_array();
  for (const auto& item : in.body["cases"].items()) {
    const CaseId id(item["id"].integer());
    wanted.version = item["version"].integer();
    WriteRequest request = request_of(http, view, in.idempotency_key);
    if (request.idempotency_key) *request.idempotency_key += ":" + id.to_string();
    Result<Found> acted = service_.work().find(id, view);
    const Transition* transition = acted ? acted->declared->process.transition(wanted.action) : nullptr;
    if (transition != nullptr && !transition->bulk) {
      acted = Error(ErrorCode::invalid, "cases.no_bulk")
                  .with("action", transition->title.zh)
                  .with("action_en", transition->title.en);
    } else if (acted) {
      acted = service_.work().act(id, wanted, view, request);
    }
    json.begin_object();
    json.member("id", id.to_string());
    json.member("done", acted.ok());
    json.key("version");
    if (acted) {
      json.value(acted->one.version);
      ++done;
    } else {
      json.null();
    }
    json.member("code", acted ? std::string() : acted.error().message);
    json.member("sentence",
                acted ? std::string() : render(told_in(acted.error(), http.language), http.language));
    json.end_object();
  }
  json.end_array();
  json.member("done", done);
  json.end_object();
  return http::Response::json(json.take());
}

http::Response CasesRoutes::Handlers::sync_cases(const http::Request& http, const api::SyncCases& in) {
  const CaseView view = view_of(http);
  std::vector<Queued> actions;
  for (const auto& item : in.body["actions"].items()) {
    Queued one;
    one.sequence = item["sequence"].integer();
    const std::string& kind = item["kind"].text();
    one.kind = kind == "open" ? QueuedKind::open : kind == "act" ? QueuedKind::act : QueuedKind::comment;
    one.process = text_of(item["process"]);
    if (item["process_version"].present()) one.process_version = item["process_version"].integer();
    if (item["case"].present()) one.case_id = CaseId(item["case"].integer());
    if (item["after"].present()) one.after = item["after"].integer();
    if (item["version"].present()) one.version = item["version"].integer();
    one.action = text_of(item["action"]);
    one.words = text_of(item["words"]);
    one.region = text_of(item["region"]);
    auto form = answers_in(item["form"], "/actions/form");
    if (!form) return problem(form.error(), http.language);
    one.form = std::move(*form);
    one.photos = photos_in(item["photos"]);
    one.longitude = number_of(item["longitude"]);
    one.latitude = number_of(item["latitude"]);
    if (item["done_at"].present()) one.done_at = item["done_at"].instant();
    actions.push_back(std::move(one));
  }
  const auto results = service_.sync().take(text_of(in.body["device"]), std::move(actions), view);
  if (!results) return problem(results.error(), http.language);
  return http::Response::json(CaseWriter(service_, view, http.language).synced(*results));
}

http::Response CasesRoutes::Handlers::set_calendar(const http::Request& http, const api::SetCalendar& in) {
  const CaseView view = view_of(http);
  CalendarSetting wanted;
  const auto begin = parse_time(text_of(in.body["begin"])), end = parse_time(text_of(in.body["end"]));
  if (!begin || !end)
    return problem(Error(ErrorCode::invalid, "cases.bad_hours").at("/begin"), http.language);
  wanted.hours = {*begin, *end, *begin, *begin};
  const std::string rest_begin = text_of(in.body["rest_begin"]), rest_end = text_of(in.body["rest_end"]);
  if (!rest_begin.empty() || !rest_end.empty()) {
    const auto from = parse_time(rest_begin), to = parse_time(rest_end);
    if (!from || !to)
      return problem(Error(ErrorCode::invalid, "cases.bad_hours").at("/rest_begin"), http.language);
    wanted.hours.rest_begin = *from;
    wanted.hours.rest_end = *to;
  }
  if (in.body["days"].present()) {
    for (const auto& item : in.body["days"].items()) {
      std::string name = text_of(item["name"]);
      std::replace_if(
          name.begin(), name.end(), [](char c) { return c == ',' || c == '\n' || c == '\r'; }, ' ');
      wanted.days[item["day"].day()] = {item["working"].boolean(), name, name};
    }
  }
  const auto set = service_.calendars().set(std::move(wanted), request_of(http, view, in.idempotency_key));
  if (!set) return problem(set.error(), http.language);
  return http::Response::json(CaseWriter(service_, view, http.language).calendar(*set, std::nullopt));
}

CasesRoutes::CasesRoutes(CasesService& service, FileSystem& files, std::string folder)
    : handlers_(std::make_unique<Handlers>(service, files, std::move(folder))) {}

CasesRoutes::~CasesRoutes() = default;

std::vector<http::Route> CasesRoutes::routes() {
  return api::routes(*handlers_);
}

}  // namespace jingwei::cases
