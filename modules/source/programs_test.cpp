// Goal: a program that pushes with a key of its own supplies only while terms that name it are signed and
// stand; a department's own program needs none.
#include "modules/source/source_testing.h"

namespace jingwei::source {
namespace {

using namespace jingwei::testing;

constexpr std::int64_t platform = 17;

template <typename Backend>
class Programs : public testing::SourceWorld<Backend> {
 protected:
  static NewSource terms_of(std::int64_t account, const std::string& resource, Terms terms) {
    NewSource source;
    source.kind = Kind::program;
    source.title = "platform";
    source.resource = resource;
    source.settings["account"] = std::to_string(account);
    source.terms = std::move(terms);
    return source;
  }
  static Terms signed_terms() {
    Terms terms;
    terms.agreement = "2020-9";
    terms.signed_on = parse_iso_day("2020-03-01");
    terms.valid_until = parse_iso_day("2020-03-31");
    return terms;
  }
  // "": it may; else why not.
  std::string refusal(std::int64_t account = platform, const std::string& resource = "notes",
                      Owned owned = Owned::by_others) {
    const auto checked = this->sources_->check_supply(account, resource, owned);
    return checked ? "" : checked.error().message;
  }
};
TYPED_TEST_SUITE(Programs, Backends, BackendNames);

TYPED_TEST(Programs, SupplyNothingWithoutTermsUnlessADepartmentOwnsThem) {
  EXPECT_EQ(this->refusal(), "source.program_without_terms");
  EXPECT_EQ(this->sources_->check_supply(platform, "notes", Owned::by_others).error().code,
            ErrorCode::denied);
  EXPECT_EQ(this->refusal(platform, "notes", Owned::by_a_provider), "");
  // Terms of another account, or of another resource, are not theirs.
  this->add(this->terms_of(platform + 1, "notes", this->signed_terms()));
  this->add(this->terms_of(platform, "daily", this->signed_terms()));
  EXPECT_EQ(this->refusal(), "source.program_without_terms");
  EXPECT_EQ(this->refusal(platform, "daily"), "");
}

TYPED_TEST(Programs, SupplyFromTheFirstDayToTheLastAndNoMoreOnceRevoked) {
  Terms terms = this->signed_terms();
  terms.signed_on.reset();
  const SourceId id = this->add(this->terms_of(platform, "notes", terms)).source.id;
  EXPECT_EQ(this->refusal(), "source.program_not_signed");
  EXPECT_EQ(this->refusal(platform, "notes", Owned::by_a_provider), "source.program_not_signed")
      << "who is named is bound";
  const auto change = [&](Terms next) {
    must(this->sources_->edit(id, this->terms_of(platform, "notes", std::move(next)), "tester"));
  };
  terms = this->signed_terms();
  terms.signed_on = parse_iso_day("2020-03-11");
  change(terms);
  EXPECT_EQ(this->refusal(), "source.terms_not_begun");
  change(this->signed_terms());
  EXPECT_EQ(this->refusal(), "");
  must(this->sources_->pause(id, "tester"));
  EXPECT_EQ(this->refusal(), "source.paused");
  must(this->sources_->resume(id, "tester"));
  EXPECT_EQ(this->refusal(), "");
  must(this->sources_->revoke(id, "the agreement ended", "tester"));
  EXPECT_EQ(this->refusal(), "source.terms_revoked");
  change(this->signed_terms());
  EXPECT_EQ(this->refusal(), "source.terms_revoked") << "a revocation stands";
  // New terms let it go on; those end by themselves.
  this->add(this->terms_of(platform, "notes", this->signed_terms()));
  EXPECT_EQ(this->refusal(), "");
  this->clock_.advance(std::chrono::hours{24 * 22});
  EXPECT_EQ(this->refusal(), "source.terms_lapsed");
}

TYPED_TEST(Programs, AreNotLookedAtNorRunAndNameTheirAccount) {
  const SourceView view = this->add(this->terms_of(platform, "notes", this->signed_terms()));
  EXPECT_EQ(view.health, Health::well);
  EXPECT_FALSE(this->sources_->step());
  EXPECT_TRUE(this->runs(view.source.id).empty());
  EXPECT_EQ(this->sources_->run_now(view.source.id, "tester").error().message, "source.comes_by_itself");
  EXPECT_TRUE(must(this->sources_->try_out(view.source.id)).found.empty());
  auto nameless = this->terms_of(platform, "notes", {});
  nameless.settings.clear();
  EXPECT_EQ(this->sources_->add(nameless, "tester").error().message, "source.setting_missing");
  nameless.settings["account"] = "0";
  EXPECT_EQ(this->sources_->add(nameless, "tester").error().message, "source.setting_range");
}

}  // namespace
}  // namespace jingwei::source
