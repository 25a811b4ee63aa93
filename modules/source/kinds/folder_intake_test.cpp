// Goal: a file dropped into a watched folder is loaded once, whole, or told of; whatever ends in between.
#include <sys/stat.h>
#include <unistd.h>

#include "modules/source/source_testing.h"
#include "storage/faulty/faulty_file_system.h"

namespace jingwei::source {
namespace {

template <typename Backend>
class FolderSource : public testing::SourceWorld<Backend> {};
TYPED_TEST_SUITE(FolderSource, jingwei::testing::Backends, jingwei::testing::BackendNames);

constexpr std::string_view three_notes = "words,weight\none,1\ntwo,2\nthree,3\n";

TYPED_TEST(FolderSource, AFileBecomesABatchAndMovesToTaken) {
  const auto source = this->add_folder();
  this->put("notes.csv", three_notes);
  this->look();
  EXPECT_TRUE(this->stands("notes.csv")) << "one look does not tell whether it is complete";
  this->look();
  EXPECT_FALSE(this->stands("notes.csv"));
  EXPECT_TRUE(this->stands("taken/notes.csv"));
  this->load_all();
  EXPECT_EQ(this->records("notes").size(), 3u);
  const auto runs = this->runs(source.source.id);
  ASSERT_EQ(runs.size(), 1u);
  EXPECT_EQ(runs[0].outcome, Outcome::taken);
  EXPECT_EQ(runs[0].detail, "notes.csv");
  EXPECT_EQ(runs[0].taken, 3);
  const auto view = testing::must(this->sources_->find(source.source.id));
  EXPECT_EQ(view.health, Health::well);
  EXPECT_EQ(view.source.taken, 3);
}

TYPED_TEST(FolderSource, AFileThatGrowsIsLeftAloneUntilItStandsStill) {
  this->add_folder();
  this->put("big.csv", "words\none\n");
  this->look();
  this->put("big.csv", "words\none\ntwo\n");
  this->look();
  this->put("big.csv", "words\none\ntwo\nthree\n");
  this->look();
  EXPECT_TRUE(this->stands("big.csv"));
  this->look();
  EXPECT_TRUE(this->stands("taken/big.csv"));
  this->load_all();
  EXPECT_EQ(this->records("notes").size(), 3u);
}

TYPED_TEST(FolderSource, TwoLooksAtTheSameMomentDoNotMakeAFileComplete) {
  this->add_folder();
  this->put("a.csv", "words\none\n");
  this->look();
  this->look(std::chrono::seconds{0});
  EXPECT_TRUE(this->stands("a.csv"));
}

TYPED_TEST(FolderSource, UnfinishedNamesFoldersAndLinksAreLeftAlone) {
  this->add_folder();
  for (const char* name : {"a.csv.part", "b.tmp", "~$c.xlsx", ".hidden.csv", "d.crdownload"})
    this->put(name, "words\nx\n");
  std::filesystem::create_directories(this->drop() + "/sub.csv");
  TestFixture::World::write(this->folder_.path() + "/secret", "words\nsecret\n");
  std::filesystem::create_symlink(this->folder_.path() + "/secret", this->drop() + "/link.csv");
  for (int at = 0; at < 4; ++at) this->look();
  this->load_all();
  EXPECT_TRUE(this->records("notes").empty());
  EXPECT_TRUE(this->stands("a.csv.part"));
  EXPECT_TRUE(this->stands("link.csv"));
}

TYPED_TEST(FolderSource, WithADoneFileTheSenderSaysWhenItIsComplete) {
  this->add_folder("notes", {{"complete_when", "done_file"}});
  this->put("a.csv", three_notes);
  for (int at = 0; at < 4; ++at) this->look();
  EXPECT_TRUE(this->stands("a.csv"));
  this->put("a.csv.done", "");
  this->look();
  EXPECT_TRUE(this->stands("taken/a.csv"));
  EXPECT_FALSE(this->stands("a.csv.done"));
  this->load_all();
  EXPECT_EQ(this->records("notes").size(), 3u);
}

TYPED_TEST(FolderSource, TheSameFileAgainIsToldAsRepeatedAndLoadsNothing) {
  const auto source = this->add_folder();
  this->put("a.csv", three_notes);
  this->look();
  this->look();
  this->load_all();
  this->put("a.csv", three_notes);
  this->look();
  this->look();
  this->load_all();
  EXPECT_EQ(this->versions("notes"), 3);
  EXPECT_EQ(this->runs(source.source.id).front().outcome, Outcome::repeated);
  EXPECT_TRUE(this->stands("taken/a.2.csv")) << "no file is written over";
}

TYPED_TEST(FolderSource, AFileThatCannotBeReadGoesToFailedWithItsReason) {
  const auto source = this->add_folder();
  this->put("bad.csv", "colour,size\nred,1\n");
  this->look();
  this->look();
  this->load_all();
  EXPECT_TRUE(this->stands("failed/bad.csv"));
  EXPECT_FALSE(this->stands("taken/bad.csv"));
  const std::string reason = this->read(this->drop() + "/failed/bad.csv.reason.txt");
  EXPECT_NE(reason.find("words"), std::string::npos) << reason;
  const auto runs = this->runs(source.source.id);
  ASSERT_EQ(runs.size(), 1u);
  EXPECT_EQ(runs[0].outcome, Outcome::failed);
  EXPECT_TRUE(runs[0].error);
  EXPECT_EQ(testing::must(this->sources_->find(source.source.id)).health, Health::failing);
}

// Between submit and move: the row stands, the file has not moved.
TYPED_TEST(FolderSource, EndedBetweenSubmitAndMoveItLoadsOnce) {
  const auto source = this->add_folder();
  this->put("a.csv", three_notes);
  this->look();
  // The move is refused: taken/ is a file now. Everything up to it has happened.
  std::filesystem::remove_all(this->drop() + "/taken");
  this->put("taken", "");
  this->look();
  std::filesystem::remove(this->drop() + "/taken");
  this->restart_sources();
  this->look();
  this->look();
  EXPECT_TRUE(this->stands("taken/a.csv"));
  this->load_all();
  EXPECT_EQ(this->versions("notes"), 3);
  EXPECT_EQ(this->runs(source.source.id).size(), 1u);
}

// Every write of the taking refused once, then lost after it was done once.
TYPED_TEST(FolderSource, WhateverWriteFailsTheFileIsLoadedOnceInTheEnd) {
  using When = jingwei::testing::FailingStore::When;
  int files = 0;
  for (const When when : {When::before, When::after}) {
    for (int write = 1; write <= 3; ++write) {
      const std::string name = "f" + std::to_string(++files) + ".csv";
      if (files == 1) this->add_folder();
      this->put(name, "words\nfile " + std::to_string(files) + "\n");
      this->look();
      this->node_.writes->fail_write(write, when);
      this->look();
      this->restart_sources();
      for (int at = 0; at < 3; ++at) this->look();
      this->load_all();
      EXPECT_TRUE(this->stands("taken/" + name)) << name;
      EXPECT_EQ(this->versions("notes"), files);
    }
  }
}

TYPED_TEST(FolderSource, AMissingFolderIsToldAndComesBackByItself) {
  const auto source = this->add_folder();
  std::filesystem::remove_all(this->drop());
  TestFixture::World::write(this->drop(), "");  // no folder can be made here
  this->look();
  auto view = testing::must(this->sources_->find(source.source.id));
  EXPECT_EQ(view.health, Health::failing);
  ASSERT_TRUE(view.source.last_error);
  std::filesystem::remove(this->drop());
  std::filesystem::create_directories(this->drop());
  this->look();
  EXPECT_NE(testing::must(this->sources_->find(source.source.id)).health, Health::failing);
}

TYPED_TEST(FolderSource, AFullDiskIsToldAndTheFileStaysUntilThereIsSpace) {
  const auto source = this->add_folder();
  this->put("a.csv", three_notes);
  this->look();
  this->node_.writes->fail_write(1, jingwei::testing::FailingStore::When::before);
  this->look();
  EXPECT_TRUE(this->stands("a.csv"));
  const auto view = testing::must(this->sources_->find(source.source.id));
  ASSERT_TRUE(view.source.last_error);
  EXPECT_EQ(view.source.last_error->code, ErrorCode::exhausted);
  EXPECT_EQ(this->waiting_uploads(), 0u) << "no copy stays behind";
  for (int at = 0; at < 3; ++at) this->look();
  this->load_all();
  EXPECT_EQ(this->records("notes").size(), 3u);
}

TYPED_TEST(FolderSource, OnlyAllowedFoldersAreWatched) {
  NewSource source;
  source.kind = Kind::folder;
  source.title = "etc";
  source.resource = "notes";
  source.settings = {{"path", "/etc"}};
  const auto refused = this->sources_->add(source, "tester");
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, ErrorCode::denied);
  EXPECT_NE(render(refused.error(), Language::en).find("allowed_folders"), std::string::npos);
  // Nor by a link that stands inside.
  std::filesystem::create_symlink("/etc", this->folder_.path() + "/inside");
  source.settings = {{"path", this->folder_.path() + "/inside"}};
  EXPECT_EQ(this->sources_->add(source, "tester").error().code, ErrorCode::denied);
  source.settings = {{"path", this->folder_.path() + "/../../etc"}};
  EXPECT_EQ(this->sources_->add(source, "tester").error().code, ErrorCode::denied);
}

TYPED_TEST(FolderSource, AfterItsTermsLapseNothingMoreIsTaken) {
  NewSource source;
  source.title = "firm";
  source.resource = "notes";
  source.settings = {{"path", this->drop()}};
  source.terms.agreement = "2020-7";
  source.terms.signed_on = parse_iso_day("2020-01-01");
  source.terms.valid_until = parse_iso_day("2020-03-11");
  const auto added = this->add(std::move(source));
  this->put("a.csv", three_notes);
  this->look();
  this->look();
  EXPECT_TRUE(this->stands("taken/a.csv"));
  this->clock_.advance(std::chrono::hours{48});
  this->put("b.csv", "words\nlate\n");
  for (int at = 0; at < 3; ++at) this->look();
  EXPECT_TRUE(this->stands("b.csv"));
  const auto view = testing::must(this->sources_->find(added.source.id));
  EXPECT_EQ(view.health, Health::stopped);
  ASSERT_TRUE(view.stopped);
  EXPECT_NE(render(*view.stopped, Language::en).find("2020-7"), std::string::npos);
  EXPECT_EQ(this->sources_->run_now(added.source.id, "tester").error().code, ErrorCode::gone);
}

TYPED_TEST(FolderSource, WithTheLastOfItsPurposesItStopsAndARenewedOneLetsItGoOn) {
  NewSource source;
  source.title = "firm";
  source.resource = "notes";
  source.settings = {{"path", this->drop()}};
  source.terms.contact = "office 7";
  source.terms.purposes = {{"census", "Census", "Statistics Law", *parse_iso_day("2020-03-01")},
                           {"epidemic-control", "", "art. 12", *parse_iso_day("2020-03-10")}};
  const auto added = this->add(source);
  EXPECT_NE(added.health, Health::stopped) << "one of the two lasts until today";
  this->clock_.advance(std::chrono::hours{24});
  this->put("a.csv", three_notes);
  for (int at = 0; at < 3; ++at) this->look();
  EXPECT_TRUE(this->stands("a.csv"));
  const auto stopped = testing::must(this->sources_->find(added.source.id));
  EXPECT_EQ(stopped.health, Health::stopped);
  ASSERT_TRUE(stopped.stopped);
  EXPECT_EQ(stopped.stopped->message, "source.purposes_ended");
  source.terms.purposes[1].valid_until = *parse_iso_day("2020-04-30");
  const auto renewed = testing::must(this->sources_->edit(added.source.id, source, "tester"));
  EXPECT_EQ(renewed.source.terms.contact, "office 7");
  EXPECT_EQ(renewed.source.terms.purposes.size(), 2U);
  EXPECT_EQ(renewed.source.terms.purposes[1].legal_basis, "art. 12");
  for (int at = 0; at < 3; ++at) this->look();
  EXPECT_TRUE(this->stands("taken/a.csv"));
}

TYPED_TEST(FolderSource, RevokedTermsStopItForGood) {
  const auto added = this->add_folder();
  testing::must(this->sources_->revoke(added.source.id, "withdrawn by the firm", "tester"));
  this->put("a.csv", three_notes);
  for (int at = 0; at < 3; ++at) this->look();
  EXPECT_TRUE(this->stands("a.csv"));
  EXPECT_EQ(this->sources_->resume(added.source.id, "tester").error().code, ErrorCode::gone);
  NewSource same;
  same.title = "drop";
  same.settings = {{"path", this->drop()}};
  EXPECT_EQ(testing::must(this->sources_->edit(added.source.id, same, "tester")).health, Health::stopped);
}

TYPED_TEST(FolderSource, PausedItWaitsAndRemovedItIsGone) {
  const auto added = this->add_folder();
  testing::must(this->sources_->pause(added.source.id, "tester"));
  this->put("a.csv", three_notes);
  for (int at = 0; at < 3; ++at) this->look();
  EXPECT_TRUE(this->stands("a.csv"));
  testing::must(this->sources_->resume(added.source.id, "tester"));
  for (int at = 0; at < 2; ++at) this->look();
  EXPECT_TRUE(this->stands("taken/a.csv"));
  testing::must(this->sources_->remove(added.source.id, "tester"));
  EXPECT_EQ(this->sources_->find(added.source.id).error().code, ErrorCode::not_found);
  EXPECT_TRUE(testing::must(this->sources_->list()).empty());
}

}  // namespace
}  // namespace jingwei::source
