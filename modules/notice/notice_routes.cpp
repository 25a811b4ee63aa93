#include "modules/notice/notice_routes.h"

#include "base/json_items.h"
#include "modules/notice/api.gen.h"
#include "modules/notice/limits.h"
#include "modules/notice/notice_json.h"

namespace jingwei::notice {

using http::problem;

namespace {

std::string text_of(const schema::Datum& given) {
  return given.present() ? std::string(given.text()) : std::string();
}

std::vector<std::string> texts_of(const schema::Datum& given) {
  std::vector<std::string> texts;
  if (!given.present()) return texts;
  for (const auto& item : given.items()) texts.emplace_back(item.text());
  return texts;
}

std::optional<Instant> instant_of(const schema::Datum& given) {
  return given.present() ? std::optional(given.instant()) : std::nullopt;
}

std::vector<SubjectQuery> subjects_of(const schema::Datum& given) {
  std::vector<SubjectQuery> all;
  if (!given.present()) return all;
  const auto age = [](const schema::Datum& years) {
    return years.present() ? std::optional(years.integer()) : std::nullopt;
  };
  for (const auto& one : given.items())
    all.push_back({text_of(one["resource"]), text_of(one["purpose"]), age(one["age_from"]),
                   age(one["age_to"]), text_of(one["field"]), text_of(one["value"]),
                   text_of(one["relation"])});
  return all;
}

Audience audience_of(const schema::Datum& given) {
  Audience audience{texts_of(given["regions"]),
                    texts_of(given["roles"]),
                    texts_of(given["kinds"]),
                    texts_of(given["departments"]),
                    {},
                    subjects_of(given["subjects"])};
  if (given["accounts"].present()) {
    for (const auto& account : given["accounts"].items()) audience.accounts.push_back(account.integer());
  }
  return audience;
}

std::vector<Question> questions_of(const schema::Datum& given) {
  std::vector<Question> questions;
  if (!given.present()) return questions;
  for (const auto& one : given.items()) {
    Question question;
    question.id = text_of(one["id"]);
    question.title = text_of(one["title"]);
    question.type = question_type_named(one["type"].text()).value_or(Question::Type::text);
    question.required = !one["required"].present() || one["required"].boolean();
    question.values = texts_of(one["values"]);
    questions.push_back(std::move(question));
  }
  return questions;
}

Alert alert_of(const schema::Datum& given) {
  Alert alert;
  alert.status = text_of(given["status"]);
  alert.category = text_of(given["category"]);
  alert.event = text_of(given["event"]);
  alert.urgency = text_of(given["urgency"]);
  alert.severity = text_of(given["severity"]);
  alert.certainty = text_of(given["certainty"]);
  alert.headline = text_of(given["headline"]);
  alert.description = text_of(given["description"]);
  alert.instruction = text_of(given["instruction"]);
  alert.areas = texts_of(given["areas"]);
  alert.effective_at = instant_of(given["effective_at"]).value_or(Instant{});
  alert.expires_at = given["expires_at"].instant();
  return alert;
}

Asker asker_of(const http::Request& http, const std::optional<std::string>& key = {}) {
  return {http.caller, http.actor(), key};
}

// Whom a list tells of, for the audit log.
std::vector<std::string> persons_of(const std::vector<NamedReceipt>& receipts) {
  std::vector<std::string> persons;
  for (const auto& one : receipts) {
    if (!one.pseudonym.empty()) persons.push_back(one.pseudonym);
  }
  return persons;
}

// {"items": […], "next_cursor": …}; one more than asked for was read where there may be more.
template <typename Items, typename Write, typename Key>
std::string page_json(Items& items, std::size_t limit, const Write& write, const Key& key,
                      std::int64_t unread = -1) {
  const bool more = items.size() > limit;
  if (more) items.resize(limit);
  JsonWriter json(4'096);
  json.begin_object();
  json.key("items");
  json.begin_array();
  for (const auto& item : items) write(json, item);
  json.end_array();
  json.key("next_cursor");
  more ? json.value(key(items.back())) : json.null();
  if (unread >= 0) json.member("unread", unread);
  json.end_object();
  return json.take();
}

}  // namespace

class NoticeRoutes::Handlers final : public api::Operations {
 public:
  explicit Handlers(NoticeService& service) : service_(service) {}

  http::Response preview_audience(const http::Request& http, const api::PreviewAudience& in) override {
    const auto kind = in.body["kind"].present() ? notice_kind_named(in.body["kind"].text()) : std::nullopt;
    const auto preview = notices().preview(kind.value_or(NoticeKind::notice),
                                           audience_of(in.body["audience"]), asker_of(http));
    if (!preview) return problem(preview.error(), http.language);
    return shown(http, [&](const Shown& shown) { return preview_json(*preview, shown); });
  }

  http::Response send_notice(const http::Request& http, const api::SendNotice& in) override {
    NewNotice wanted;
    wanted.kind = notice_kind_named(in.body["kind"].text()).value_or(NoticeKind::notice);
    wanted.title = text_of(in.body["title"]);
    wanted.body = text_of(in.body["body"]);
    wanted.audience = audience_of(in.body["audience"]);
    for (const auto& word : texts_of(in.body["channels"])) {
      if (const auto channel = channel_named(word)) wanted.channels.push_back(*channel);
    }
    wanted.questions = questions_of(in.body["questions"]);
    wanted.due_at = instant_of(in.body["due_at"]);
    wanted.remind_hours = in.body["remind_hours"].present() ? in.body["remind_hours"].integer() : 0;
    const auto sent = notices().send(std::move(wanted), asker_of(http, in.idempotency_key));
    http::Response response = notice_response(http, sent, 201);
    if (sent) response.headers.emplace_back("Location", "/api/v1/notices/" + sent->id.to_string());
    return response;
  }

  http::Response list_sent_notices(const http::Request& http, const api::ListSentNotices& in) override {
    NoticeQuery query;
    if (in.kind) query.kind = notice_kind_named(*in.kind);
    query.before = NoticeId(in.cursor.value_or(0));
    const auto limit = static_cast<std::size_t>(in.limit);
    query.most = limit + 1;
    auto found = notices().list(query, asker_of(http));
    if (!found) return problem(found.error(), http.language);
    return shown(http, [&](const Shown& shown) {
      return page_json(
          *found, limit, [&](JsonWriter& json, const Notice& one) { write_notice(json, one, shown); },
          [](const Notice& one) { return one.id.to_string(); });
    });
  }

  http::Response get_notice(const http::Request& http, const api::GetNotice& in) override {
    const auto found = notices().find(NoticeId(in.id), asker_of(http));
    if (!found) return problem(found.error(), http.language);
    const auto receipts = notices().receipts(*found, asker_of(http));
    if (!receipts) return problem(receipts.error(), http.language);
    const auto deliveries = notices().deliveries(found->id);
    if (!deliveries) return problem(deliveries.error(), http.language);
    ReceiptCounts counts;
    for (const auto& receipt : *receipts) {
      ++counts.all;
      counts.read += receipt.read_at ? 1 : 0;
      counts.answered += receipt.answered_at ? 1 : 0;
    }
    return shown(http, [&](const Shown& shown) {
      JsonWriter json(4'096);
      json.begin_object();
      json.key("notice");
      write_notice(json, *found, shown);
      json.key("counts");
      json.begin_object();
      json.member("all", counts.all);
      json.member("read", counts.read);
      json.member("answered", counts.answered);
      json.end_object();
      json.key("deliveries");
      json.begin_array();
      for (const auto& one : *deliveries) {
        json.begin_object();
        json.member("channel", one.channel);
        json.member("state", one.state);
        json.member("count", one.count);
        json.end_object();
      }
      json.end_array();
      json.end_object();
      return json.take();
    });
  }

  http::Response end_notice(const http::Request& http, const api::EndNotice& in) override {
    return notice_response(http, notices().end(NoticeId(in.id), asker_of(http, in.idempotency_key)), 200);
  }

  http::Response remind_notice(const http::Request& http, const api::RemindNotice& in) override {
    const auto people = notices().remind(NoticeId(in.id), asker_of(http, in.idempotency_key));
    if (!people) return problem(people.error(), http.language);
    return http::Response::json("{\"people\":" + std::to_string(*people) + "}");
  }

  http::Response list_receipts(const http::Request& http, const api::ListReceipts& in) override {
    auto found = named_receipts(http, NoticeId(in.id), in.region.value_or(""), in.state,
                                in.cursor.value_or(0), static_cast<std::size_t>(in.limit) + 1);
    if (!found) return problem(found.error(), http.language);
    const auto limit = static_cast<std::size_t>(in.limit);
    http::Response response = shown(http, [&](const Shown& shown) {
      return page_json(
          found->second, limit,
          [&](JsonWriter& json, const NamedReceipt& one) { write_receipt(json, one, shown); },
          [](const NamedReceipt& one) { return one.receipt.account.to_string(); });
    });
    response.disclosed.persons = persons_of(found->second);
    return response;
  }

  http::Response get_progress(const http::Request& http, const api::GetProgress& in) override {
    const auto found = notices().find(NoticeId(in.id), asker_of(http));
    if (!found) return problem(found.error(), http.language);
    const auto progress = notices().progress(*found, in.region.value_or(""), asker_of(http));
    if (!progress) return problem(progress.error(), http.language);
    return shown(http, [&](const Shown& shown) { return progress_json(*progress, *found, shown); });
  }

  http::Response get_printed_list(const http::Request& http, const api::GetPrintedList& in) override {
    const auto found =
        named_receipts(http, NoticeId(in.id), in.region.value_or(""), "unread", 0, limits::recipients);
    if (!found) return problem(found.error(), http.language);
    const auto tree = service_.parts().regions.tree();
    http::Response response = http::Response::text(
        printed_list(found->first, found->second, {*tree, http.language}), "text/html; charset=utf-8");
    response.headers.emplace_back("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
    response.disclosed.persons = persons_of(found->second);
    return response;
  }

  http::Response list_own_notices(const http::Request& http, const api::ListOwnNotices& in) override {
    const auto account = account_of(http);
    if (!account) return problem(account.error(), http.language);
    const auto limit = static_cast<std::size_t>(in.limit);
    auto found =
        notices().inbox(*account, NoticeId(in.cursor.value_or(0)), limit + 1, in.unread.value_or(false));
    if (!found) return problem(found.error(), http.language);
    const auto unread = notices().unread(*account);
    if (!unread) return problem(unread.error(), http.language);
    return http::Response::json(page_json(
        *found, limit, [](JsonWriter& json, const Received& one) { write_received(json, one); },
        [](const Received& one) { return one.notice.id.to_string(); }, *unread));
  }

  http::Response get_own_notice(const http::Request& http, const api::GetOwnNotice& in) override {
    const auto account = account_of(http);
    if (!account) return problem(account.error(), http.language);
    return received_response(http, notices().received(NoticeId(in.id), *account));
  }

  http::Response read_own_notice(const http::Request& http, const api::ReadOwnNotice& in) override {
    const auto account = account_of(http);
    if (!account) return problem(account.error(), http.language);
    return received_response(http, notices().read(NoticeId(in.id), *account, http.actor()));
  }

  http::Response answer_own_notice(const http::Request& http, const api::AnswerOwnNotice& in) override {
    const auto account = account_of(http);
    if (!account) return problem(account.error(), http.language);
    Answers answers;
    for (const auto& one : in.body["answers"].items())
      answers[text_of(one["question"])] = text_of(one["answer"]);
    return received_response(http, notices().answer(NoticeId(in.id), *account, std::move(answers),
                                                    asker_of(http, in.idempotency_key)));
  }

  http::Response list_loads(const http::Request& http, const api::ListLoads& in) override {
    const auto& parts = service_.parts();
    std::string month = in.month.value_or(to_iso(parts.zone.day_of(parts.clock.now())).substr(0, 7));
    const auto day = parse_iso_day(month + "-01");
    if (!day)
      return problem(Error(ErrorCode::invalid, "notice.words_missing").with("what", "month").at("month"),
                     http.language);
    const auto loads = service_.loads().of_month(month_of(parts.zone.start_of(*day), parts.zone));
    if (!loads) return problem(loads.error(), http.language);
    const auto caps = service_.loads().caps();
    if (!caps) return problem(caps.error(), http.language);
    const auto tree = parts.regions.tree();
    const auto reach = authority_of(http.caller.get(), "notice.follow", *tree, parts.clock.now());
    if (!reach) return problem(reach.error(), http.language);
    std::vector<CommunityLoad> mine;
    for (const auto& load : *loads) {
      const region::Node node = tree->find(load.region);
      if (reach->whole_area || (node != region::no_node && reach->scope.contains(node))) mine.push_back(load);
    }
    return shown(http, [&](const Shown& shown) { return loads_json(std::move(mine), *caps, month, shown); });
  }

  http::Response put_notice_caps(const http::Request& http, const api::PutNoticeCaps& in) override {
    for (const NoticeKind kind : {NoticeKind::order, NoticeKind::form}) {
      const std::int64_t most = in.body[kind == NoticeKind::order ? "orders" : "forms"].integer();
      if (const auto put = service_.loads().put_cap(kind, most, http.actor()); !put)
        return problem(put.error(), http.language);
    }
    JsonWriter json;
    in.body.write(json);
    return http::Response::json(json.take());
  }

  http::Response list_rumours(const http::Request& http, const api::ListRumours& in) override {
    return rumours_response(http, RumourState::published, in.cursor, in.limit);
  }

  http::Response list_rumour_drafts(const http::Request& http, const api::ListRumourDrafts& in) override {
    return rumours_response(http, std::nullopt, in.cursor, in.limit);
  }

  http::Response get_rumour(const http::Request& http, const api::GetRumour& in) override {
    return rumour_response(http, published(RumourId(in.id)), 200);
  }

  http::Response get_claim_review(const http::Request& http, const api::GetClaimReview& in) override {
    const auto found = published(RumourId(in.id));
    if (!found) return problem(found.error(), http.language);
    const std::string address = address_of(http) + "/api/v1/rumours/" + found->id.to_string();
    return http::Response::text(claim_review(*found, service_.parts().hub_name, address, http.language),
                                "application/ld+json");
  }

  http::Response add_rumour(const http::Request& http, const api::AddRumour& in) override {
    Rumour wanted;
    wanted.claim = text_of(in.body["claim"]);
    wanted.seen_at = text_of(in.body["seen_at"]);
    if (in.body["claimed_on"].present()) wanted.claimed_on = in.body["claimed_on"].day();
    wanted.verdict = verdict_named(in.body["verdict"].text()).value_or(Verdict::unproven);
    wanted.explanation = text_of(in.body["explanation"]);
    for (const auto& source : in.body["sources"].items())
      wanted.sources.push_back({text_of(source["title"]), text_of(source["url"])});
    return rumour_response(
        http, service_.rumours().add(std::move(wanted), asker_of(http, in.idempotency_key)), 201);
  }

  http::Response step_rumour(const http::Request& http, const api::StepRumour& in) override {
    const auto step = in.body["step"].text() == "publish" ? RumourStep::publish : RumourStep::withdraw;
    return rumour_response(
        http, service_.rumours().step(RumourId(in.id), step, asker_of(http, in.idempotency_key)), 200);
  }

  http::Response list_alerts(const http::Request& http, const api::ListAlerts&) override {
    const auto all = service_.alerts().list();
    if (!all) return problem(all.error(), http.language);
    const Instant now = service_.parts().clock.now();
    return http::Response::json(
        items_json(*all, [&](JsonWriter& json, const Alert& one) { write_alert(json, one, now); }));
  }

  http::Response get_alert_feed(const http::Request& http, const api::GetAlertFeed&) override {
    const auto all = service_.alerts().list();
    if (!all) return problem(all.error(), http.language);
    const auto tree = service_.parts().regions.tree();
    return http::Response::text(cap_feed(*all, place(http, *tree), service_.parts().clock.now()),
                                "application/atom+xml");
  }

  http::Response get_cap_alert(const http::Request& http, const api::GetCapAlert& in) override {
    const auto alert = service_.alerts().find(AlertId(in.id));
    if (!alert) return problem(alert.error(), http.language);
    std::optional<Alert> before;
    if (alert->update_of) {
      auto found = service_.alerts().find(alert->update_of);
      if (!found) return problem(found.error(), http.language);
      before = std::move(*found);
    }
    const auto tree = service_.parts().regions.tree();
    return http::Response::text(
        cap_xml(*alert, before ? &*before : nullptr, place(http, *tree), service_.parts().zone),
        "application/cap+xml");
  }

  http::Response issue_alert(const http::Request& http, const api::IssueAlert& in) override {
    return alert_response(http,
                          service_.alerts().issue(alert_of(in.body), asker_of(http, in.idempotency_key)));
  }

  http::Response replace_alert(const http::Request& http, const api::ReplaceAlert& in) override {
    Alert wanted = alert_of(in.body["alert"]);
    wanted.kind = text_of(in.body["kind"]);
    return alert_response(http, service_.alerts().replace(AlertId(in.id), std::move(wanted),
                                                          asker_of(http, in.idempotency_key)));
  }

  http::Response note_told(const http::Request& http, const api::NoteTold& in) override {
    const auto told = notices().told(NoticeId(in.id), AccountId(in.account), asker_of(http));
    if (!told) return problem(told.error(), http.language);
    return http::Response::no_content();
  }

  http::Response get_notice_webhook(const http::Request& http, const api::GetNoticeWebhook&) override {
    return webhook_response(http, {});
  }

  http::Response put_notice_webhook(const http::Request& http, const api::PutNoticeWebhook& in) override {
    const bool keep = in.body["keep_secret"].present() && in.body["keep_secret"].boolean();
    const auto secret = service_.webhooks().put(text_of(in.body["url"]), keep, http.actor());
    if (!secret) return problem(secret.error(), http.language);
    return webhook_response(http, *secret);
  }

  http::Response remove_notice_webhook(const http::Request& http, const api::RemoveNoticeWebhook&) override {
    const auto removed = service_.webhooks().remove(http.actor());
    if (!removed) return problem(removed.error(), http.language);
    return http::Response::no_content();
  }

 private:
  http::Response webhook_response(const http::Request& http, const std::string& secret) {
    const auto found = service_.webhooks().find();
    if (!found) return problem(found.error(), http.language);
    return http::Response::json(webhook_json(*found, secret));
  }

  Notices& notices() { return service_.notices(); }

  template <typename Render>
  http::Response shown(const http::Request& http, const Render& render) const {
    const auto tree = service_.parts().regions.tree();
    return http::Response::json(render(Shown{*tree, http.language}));
  }

  http::Response notice_response(const http::Request& http, const Result<Notice>& one, int status) const {
    if (!one) return problem(one.error(), http.language);
    const auto tree = service_.parts().regions.tree();
    JsonWriter json(2'048);
    write_notice(json, *one, {*tree, http.language});
    return http::Response::json(json.take(), status);
  }

  static http::Response received_response(const http::Request& http, const Result<Received>& one) {
    if (!one) return problem(one.error(), http.language);
    JsonWriter json(2'048);
    write_received(json, *one);
    return http::Response::json(json.take());
  }

  static http::Response rumour_response(const http::Request& http, const Result<Rumour>& one, int status) {
    if (!one) return problem(one.error(), http.language);
    JsonWriter json(2'048);
    write_rumour(json, *one, http.language);
    return http::Response::json(json.take(), status);
  }

  http::Response alert_response(const http::Request& http, const Result<Alert>& one) const {
    if (!one) return problem(one.error(), http.language);
    JsonWriter json(2'048);
    write_alert(json, *one, service_.parts().clock.now());
    return http::Response::json(json.take(), 201);
  }

  http::Response rumours_response(const http::Request& http, std::optional<RumourState> state,
                                  std::optional<std::int64_t> cursor, std::int64_t asked) {
    const auto limit = static_cast<std::size_t>(asked);
    auto found = service_.rumours().list(state, RumourId(cursor.value_or(0)), limit + 1);
    if (!found) return problem(found.error(), http.language);
    return http::Response::json(page_json(
        *found, limit, [&](JsonWriter& json, const Rumour& one) { write_rumour(json, one, http.language); },
        [](const Rumour& one) { return one.id.to_string(); }));
  }

  // What is not published is not there for the public.
  Result<Rumour> published(RumourId id) {
    JW_ASSIGN(auto found, service_.rumours().find(id));
    if (found.state != RumourState::published)
      return Error(ErrorCode::not_found, "notice.no_rumour").with("id", id.to_string());
    return found;
  }

  static Result<AccountId> account_of(const http::Request& http) {
    if (!http.caller || http.caller->account() == 0) return Error(ErrorCode::denied, "notice.no_account");
    return AccountId(http.caller->account());
  }

  // Receipts of a state and region from behind an account on, with their people.
  Result<std::pair<Notice, std::vector<NamedReceipt>>> named_receipts(const http::Request& http, NoticeId id,
                                                                      const std::string& region,
                                                                      std::string_view state,
                                                                      std::int64_t after, std::size_t most) {
    JW_ASSIGN(Notice notice, notices().find(id, asker_of(http)));
    const auto tree = service_.parts().regions.tree();
    std::optional<region::Scope> scope;
    if (!region.empty()) {
      scope = tree->scope(region);
      if (!scope) return Error(ErrorCode::not_found, "region.not_found").with("code", region).at("region");
    }
    JW_ASSIGN(const auto all, notices().receipts(notice, asker_of(http)));
    std::vector<NamedReceipt> found;
    for (const auto& receipt : all) {
      if (receipt.account.value <= after || found.size() >= most) continue;
      const bool wanted =
          state == "all" || (state == "unread" && !receipt.read_at) || (state == "read" && receipt.read_at) ||
          (state == "unanswered" && !receipt.answered_at) || (state == "answered" && receipt.answered_at);
      const region::Node node = receipt.region ? tree->find(receipt.region) : region::no_node;
      if (!wanted || (scope && (node == region::no_node || !scope->contains(node)))) continue;
      found.push_back(named(receipt, contact_of(service_.notice_parts(), id, receipt.account)));
    }
    return std::pair(std::move(notice), std::move(found));
  }

  // Where this hub is reached, as the asker reached it.
  static std::string address_of(const http::Request& http) {
    const std::string_view host = http.header("Host");
    return host.empty() ? std::string() : "https://" + std::string(host);
  }

  CapPlace place(const http::Request& http, const region::Tree& tree) const {
    return {service_.parts().sender, service_.parts().hub_name, address_of(http), tree};
  }

  NoticeService& service_;
};

NoticeRoutes::NoticeRoutes(NoticeService& service) : handlers_(std::make_unique<Handlers>(service)) {}
NoticeRoutes::~NoticeRoutes() = default;

std::vector<http::Route> NoticeRoutes::routes() {
  return api::routes(*handlers_);
}

}  // namespace jingwei::notice
