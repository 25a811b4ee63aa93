// One suite for every storage: what a Store promises, tried on each with real concurrency.
//
// A Backend gives: `static std::string missing()` (why it cannot run here, or empty), a constructor that
// makes an empty database, `open(clock)` for a Store on it (again after closing), and `shared`: whether
// several Stores may be open at once. Include from a *_test.cpp and instantiate:
// INSTANTIATE_TYPED_TEST_SUITE_P(Embedded, StoreSuite, EmbeddedBackend).
#pragma once

#include "storage/store_suite_fixture.h"

namespace jingwei::storage {

TYPED_TEST_SUITE_P(StoreSuite);

TYPED_TEST_P(StoreSuite, WhatIsCommittedIsReadAndOutlivesTheStore) {
  ASSERT_TRUE(this->store_->commit(suite::put(1, "珠海")).ok());
  EXPECT_EQ(this->number(suite::count_items), 1);
  this->reopen();
  EXPECT_EQ(this->number(suite::count_items), 1);
}

TYPED_TEST_P(StoreSuite, AReaderKeepsItsSnapshotWhileOthersWrite) {
  auto reader = this->store_->read();
  ASSERT_TRUE(reader.ok());
  EXPECT_EQ(query_integer(**reader, suite::count_items, {})->value(), 0);
  ASSERT_TRUE(this->store_->commit(suite::put(1)).ok());
  EXPECT_EQ(query_integer(**reader, suite::count_items, {})->value(), 0);
  EXPECT_EQ(this->number(suite::count_items), 1);
}

TYPED_TEST_P(StoreSuite, AFailedExpectationUndoesTheWholeChange) {
  ASSERT_TRUE(this->store_->commit(suite::put(1)).ok());
  Change change = suite::told(2, "{}");
  change.writes.push_back({&suite::change_item, {std::int64_t{1}, std::int64_t{7}, "new"}, 1});
  this->expect_code(this->store_->commit(std::move(change)), ErrorCode::conflict);
  EXPECT_EQ(this->number(suite::count_items), 1);
  EXPECT_TRUE(this->whole_feed().empty());
}

TYPED_TEST_P(StoreSuite, BrokenConstraintsAreConflicts) {
  ASSERT_TRUE(this->store_->commit(suite::put(1)).ok());
  this->expect_code(this->store_->commit(suite::put(1)), ErrorCode::conflict);
  Change check;
  check.writes.push_back(
      {&suite::add_to_item, {std::int64_t{1}, std::int64_t{-1}, std::int64_t{1}}, std::nullopt});
  this->expect_code(this->store_->commit(std::move(check)), ErrorCode::conflict);
  EXPECT_EQ(this->number(suite::item_version, {std::int64_t{1}}), 1);
}

TYPED_TEST_P(StoreSuite, AFailedChangeDoesNotHarmItsGroup) {
  constexpr int changes = 200;
  std::mutex mutex;
  std::condition_variable finished;
  int done = 0, accepted = 0, refused = 0;
  for (int i = 0; i < changes; ++i) {
    // Every fourth takes an id that stands already.
    const std::int64_t id = i % 4 == 3 ? i - 1 : i;
    this->store_->commit(suite::told(id, std::to_string(i)), [&](const Result<Committed>& result) {
      std::lock_guard lock(mutex);
      ++(result.ok() ? accepted : refused);
      if (++done == changes) finished.notify_all();
    });
  }
  std::unique_lock lock(mutex);
  finished.wait(lock, [&] { return done == changes; });
  EXPECT_EQ(accepted, changes - changes / 4);
  EXPECT_EQ(refused, changes / 4);
  EXPECT_EQ(this->number(suite::count_items), changes - changes / 4);
  EXPECT_EQ(this->whole_feed().size(), static_cast<std::size_t>(changes - changes / 4));
}

TYPED_TEST_P(StoreSuite, ConflictingDecisionsAllTakeEffectOnce) {
  ASSERT_TRUE(this->store_->commit(suite::put(1)).ok());
  constexpr int threads = 8, rounds = 10;
  std::atomic<int> done = 0;
  std::vector<std::thread> pool;
  for (int t = 0; t < threads; ++t) {
    pool.emplace_back([&] {
      for (int r = 0; r < rounds; ++r) {
        while (true) {
          auto result = decide_and_commit(*this->store_, [](Reader& reader) -> Result<Change> {
            const std::array<Value, 1> key = {std::int64_t{1}};
            JW_ASSIGN(const auto version, query_integer(reader, suite::item_version, key));
            Change change;
            change.writes.push_back({&suite::change_item, {std::int64_t{1}, *version, "n"}, 1});
            return change;
          });
          if (result.ok()) break;
          ASSERT_EQ(result.error().code, ErrorCode::conflict) << result.error().to_log();
        }
        ++done;
      }
    });
  }
  for (auto& thread : pool) thread.join();
  EXPECT_EQ(done, threads * rounds);
  EXPECT_EQ(this->number(suite::item_version, {std::int64_t{1}}), 1 + threads * rounds);
}

TYPED_TEST_P(StoreSuite, ARepeatedRequestGetsItsEarlierAnswerAndWritesNothing) {
  Change first = suite::told(1, "{}");
  first.idempotency = Idempotency{"client", "put", "k1", "hash", "answer 1"};
  const auto committed = this->store_->commit(std::move(first));
  ASSERT_TRUE(committed.ok());
  EXPECT_FALSE(committed->earlier_answer);
  Change again = suite::told(2, "{}");
  again.idempotency = Idempotency{"client", "put", "k1", "hash", "answer 2"};
  const auto repeated = this->store_->commit(std::move(again));
  ASSERT_TRUE(repeated.ok()) << repeated.error().to_log();
  EXPECT_EQ(repeated->earlier_answer, "answer 1");
  EXPECT_EQ(this->number(suite::count_items), 1);
  EXPECT_EQ(this->whole_feed().size(), 1U);
}

TYPED_TEST_P(StoreSuite, AKeyUsedForAnotherBodyIsRefused) {
  Change first = suite::put(1);
  first.idempotency = Idempotency{"client", "put", "k1", "hash", "a"};
  ASSERT_TRUE(this->store_->commit(std::move(first)).ok());
  Change other = suite::put(2);
  other.idempotency = Idempotency{"client", "put", "k1", "another", "b"};
  const auto result = this->store_->commit(std::move(other));
  this->expect_code(result, ErrorCode::invalid);
  EXPECT_EQ(result.error().message, "idempotency.mismatch");
  Change same_key_of_another;
  same_key_of_another.idempotency = Idempotency{"another", "put", "k1", "another", "c"};
  EXPECT_TRUE(this->store_->commit(std::move(same_key_of_another)).ok());
}

TYPED_TEST_P(StoreSuite, TheSameRequestFromManyThreadsTakesEffectOnce) {
  std::atomic<int> fresh = 0, repeated = 0;
  std::vector<std::thread> pool;
  for (int t = 0; t < 16; ++t) {
    pool.emplace_back([&, t] {
      Change change = suite::put(100 + t);
      change.idempotency = Idempotency{"client", "put", "k", "hash", "answer"};
      const auto result = this->store_->commit(std::move(change));
      ASSERT_TRUE(result.ok()) << result.error().to_log();
      ++(result->earlier_answer ? repeated : fresh);
    });
  }
  for (auto& thread : pool) thread.join();
  EXPECT_EQ(fresh, 1);
  EXPECT_EQ(repeated, 15);
  EXPECT_EQ(this->number(suite::count_items), 1);
}

TYPED_TEST_P(StoreSuite, EveryTypeComesBackAsItWent) {
  const std::string all_bytes = [] {
    std::string bytes;
    for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
    return bytes;
  }();
  const std::vector<std::vector<Value>> cells = {
      {std::int64_t{1}, std::numeric_limits<std::int64_t>::max(), 0.1, "汉字 ' \" \\ \n $1", Blob{all_bytes}},
      {std::int64_t{2}, std::numeric_limits<std::int64_t>::min(), -1e300, "", Blob{""}},
      {std::int64_t{3}, Null{}, Null{}, Null{}, Null{}},
      {std::int64_t{4}, std::int64_t{0}, 1.0 / 3.0, "NULL", Blob{std::string(3, '\0')}}};
  Change change;
  for (const auto& cell : cells) change.writes.push_back({&suite::put_cell, cell, 1});
  const auto committed = this->store_->commit(std::move(change));
  ASSERT_TRUE(committed.ok()) << committed.error().to_log();
  auto reader = this->store_->read();
  ASSERT_TRUE(reader.ok());
  for (const auto& cell : cells) {
    int found = 0;
    ASSERT_TRUE((*reader)
                    ->query(suite::get_cell, std::span(cell).first(1),
                            [&](const Row& row) {
                              ++found;
                              EXPECT_EQ(row.columns(), 4);
                              for (int c = 0; c < 4; ++c)
                                EXPECT_EQ(row.is_null(c), std::holds_alternative<Null>(cell[c + 1]));
                              if (row.is_null(0)) {
                                EXPECT_EQ(row.integer(0), 0);
                                EXPECT_EQ(row.text(2), "");
                                return true;
                              }
                              EXPECT_EQ(row.integer(0), std::get<std::int64_t>(cell[1]));
                              EXPECT_EQ(row.real(1), std::get<double>(cell[2]));
                              EXPECT_EQ(row.text(2), std::get<std::string>(cell[3]));
                              EXPECT_EQ(row.blob(3), std::get<Blob>(cell[4]).bytes);
                              return true;
                            })
                    .ok());
    EXPECT_EQ(found, 1);
  }
}

TYPED_TEST_P(StoreSuite, LargeValuesComeBackWhole) {
  const std::string large(3'000'000, 'x');
  std::string bytes(3'000'000, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 31);
  Change change;
  change.writes.push_back({&suite::put_cell, {std::int64_t{1}, Null{}, Null{}, "small", Blob{bytes}}, 1});
  change.writes.push_back({&suite::put_item, {std::int64_t{1}, large}, 1});
  ASSERT_TRUE(this->store_->commit(std::move(change)).ok());
  auto reader = this->store_->read();
  const std::array<Value, 1> key = {std::int64_t{1}};
  std::string found_bytes, found_text;
  ASSERT_TRUE((*reader)
                  ->query(suite::get_cell, key,
                          [&](const Row& row) {
                            found_bytes = row.blob(3);
                            return true;
                          })
                  .ok());
  ASSERT_TRUE((*reader)
                  ->query(suite::item_name, key,
                          [&](const Row& row) {
                            found_text = row.text(0);
                            return true;
                          })
                  .ok());
  EXPECT_TRUE(found_bytes == bytes);
  EXPECT_TRUE(found_text == large);
}

TYPED_TEST_P(StoreSuite, TextThatCannotBeStoredIsInvalid) {
  this->expect_code(this->store_->commit(suite::put(1, std::string("a\0b", 3))), ErrorCode::invalid);
  this->expect_code(this->store_->commit(suite::put(1, "\xff\xfe")), ErrorCode::invalid);
  EXPECT_TRUE(this->store_->commit(suite::put(1)).ok());
}

TYPED_TEST_P(StoreSuite, BadSqlIsOurFaultAndTheReaderLivesOn) {
  auto reader = this->store_->read();
  ASSERT_TRUE(reader.ok());
  const auto result = (*reader)->query(suite::broken, {}, [](const Row&) { return true; });
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().code, ErrorCode::internal);
  reader->reset();
  EXPECT_EQ(this->number(suite::count_items), 0);
}

TYPED_TEST_P(StoreSuite, AQueryStopsWhenItsCallbackSaysSo) {
  for (std::int64_t id = 0; id < 10; ++id) ASSERT_TRUE(this->store_->commit(suite::put(id)).ok());
  static const Statement all = suite::same("suite.all", "SELECT id FROM item ORDER BY id");
  auto reader = this->store_->read();
  int seen = 0;
  ASSERT_TRUE((*reader)->query(all, {}, [&](const Row&) { return ++seen < 3; }).ok());
  EXPECT_EQ(seen, 3);
  EXPECT_EQ(query_integer(**reader, suite::count_items, {})->value(), 10);
}

TYPED_TEST_P(StoreSuite, QueryEachTellsWhichParametersFoundARow) {
  for (const std::int64_t id : {1, 3, 4}) ASSERT_TRUE(this->store_->commit(suite::put(id)).ok());
  std::vector<std::vector<Value>> keys;
  for (std::int64_t id = 0; id < 6; ++id) keys.push_back({id});
  static const Statement by_id = suite::same("suite.by_id", "SELECT id FROM item WHERE id = $1");
  auto reader = this->store_->read();
  std::vector<std::pair<std::size_t, std::int64_t>> found;
  ASSERT_TRUE((*reader)
                  ->query_each(by_id, keys,
                               [&](std::size_t i, const Row& row) { found.emplace_back(i, row.integer(0)); })
                  .ok());
  EXPECT_EQ(found, (std::vector<std::pair<std::size_t, std::int64_t>>{{1, 1}, {3, 3}, {4, 4}}));
}

TYPED_TEST_P(StoreSuite, TheFeedLosesNothingAndKeepsOrderUnderManyWriters) {
  constexpr int writers = 32, each = 25;
  std::vector<std::thread> pool;
  std::atomic<int> running = writers;
  for (int w = 0; w < writers; ++w) {
    pool.emplace_back([&, w] {
      for (int i = 0; i < each; ++i) {
        Change change = suite::told(w * 1'000 + i, std::to_string(w) + ' ' + std::to_string(i));
        const auto result = this->store_->commit(std::move(change));
        EXPECT_TRUE(result.ok()) << result.error().to_log();
      }
      --running;
    });
  }
  // Reads while they write: a cursor must never skip what commits later.
  std::vector<FeedEntry> seen;
  FeedPosition after;
  const auto read_on = [&] {
    auto entries = this->store_->read_feed(after, 7);
    ASSERT_TRUE(entries.ok());
    for (auto& entry : *entries) {
      ASSERT_LT(after, entry.position);
      after = entry.position;
      seen.push_back(entry);
    }
    if (entries->empty()) this->store_->wait_for_feed(after, std::chrono::milliseconds{5});
  };
  while (running > 0) read_on();
  for (auto& thread : pool) thread.join();
  for (int i = 0; i < 2'000 && seen.size() < writers * each; ++i) read_on();
  ASSERT_EQ(seen.size(), static_cast<std::size_t>(writers * each));
  std::map<int, int> next;
  for (const auto& entry : seen) {
    int writer = 0, index = 0;
    ASSERT_EQ(std::sscanf(entry.body.c_str(), "%d %d", &writer, &index), 2);
    EXPECT_EQ(index, next[writer]++);
  }
}

TYPED_TEST_P(StoreSuite, ACommitsPositionIsThatOfItsLastEvent) {
  Change change = suite::told(1, "a");
  change.shard = 77;
  change.events.push_back({"suite.second", "b"});
  change.audit.push_back({"someone", "item.put", "item 1", "{}"});
  const auto committed = this->store_->commit(std::move(change));
  ASSERT_TRUE(committed.ok());
  const auto feed = this->whole_feed();
  ASSERT_EQ(feed.size(), 2U);
  EXPECT_EQ(feed[0].body, "a");
  EXPECT_EQ(feed[1].kind, "suite.second");
  EXPECT_EQ(feed[1].shard, 77);
  EXPECT_EQ(feed[1].position, committed->position);
  auto reader = this->store_->read();
  EXPECT_GE((*reader)->position().value(), committed->position);
  EXPECT_TRUE(this->whole_feed(committed->position).empty());
}

TYPED_TEST_P(StoreSuite, WaitingForTheFeedEndsWhenSomethingCommits) {
  std::thread writer([this] { EXPECT_TRUE(this->store_->commit(suite::told(1, "{}")).ok()); });
  std::vector<FeedEntry> entries;
  for (int i = 0; i < 100 && entries.empty(); ++i) {
    this->store_->wait_for_feed({}, std::chrono::seconds{1});
    entries = this->store_->read_feed({}, 10).value();
  }
  writer.join();
  EXPECT_EQ(entries.size(), 1U);
}

TYPED_TEST_P(StoreSuite, TimersAreClaimedOnceAndCompletedByTheirHolderOnly) {
  const Instant now = this->clock_.now();
  Change change;
  for (std::int64_t id = 1; id <= 5; ++id) {
    change.writes.push_back(add_timer(TimerId(id), now + std::chrono::seconds{id - 3}, "remind", "{}"));
  }
  change.writes.push_back(add_timer(TimerId(9), now - std::chrono::seconds{9}, "other", "{}"));
  ASSERT_TRUE(this->store_->commit(std::move(change)).ok());
  const std::vector<std::string> kinds = {"remind"};
  const auto claim = [&](const std::string& owner, Instant at) {
    return this->store_->claim_timers(kinds, owner, at, std::chrono::seconds{10}, 10).value();
  };
  const auto mine = claim("a", now);
  ASSERT_EQ(mine.size(), 3U);
  EXPECT_EQ(mine.front().id, TimerId(1));
  EXPECT_EQ(mine.front().attempt, 1);
  EXPECT_TRUE(claim("b", now).empty());
  // The lease lapses: another takes over, and the first may no longer complete.
  const auto theirs = claim("b", now + std::chrono::seconds{11});
  EXPECT_EQ(theirs.size(), 5U);
  Change late;
  late.writes.push_back(complete_timer(mine.front()));
  this->expect_code(this->store_->commit(std::move(late)), ErrorCode::conflict);
  for (const auto& timer : theirs) {
    Change end;
    end.writes.push_back(complete_timer(timer));
    EXPECT_TRUE(this->store_->commit(std::move(end)).ok());
  }
  EXPECT_TRUE(claim("c", now + std::chrono::hours{1}).empty());
}

TYPED_TEST_P(StoreSuite, ManyClaimersShareTimersWithoutOverlap) {
  Change change;
  for (std::int64_t id = 1; id <= 200; ++id)
    change.writes.push_back(add_timer(TimerId(id), Instant{}, "t", "{}"));
  ASSERT_TRUE(this->store_->commit(std::move(change)).ok());
  std::mutex mutex;
  std::multiset<std::int64_t> claimed;
  std::vector<std::thread> pool;
  const std::vector<std::string> kinds = {"t"};
  const Instant now = this->clock_.now();
  for (int t = 0; t < 8; ++t) {
    pool.emplace_back([&, t] {
      for (int empty = 0; empty < 3;) {
        const auto timers =
            this->store_->claim_timers(kinds, "o" + std::to_string(t), now, std::chrono::seconds{60}, 7);
        ASSERT_TRUE(timers.ok()) << timers.error().to_log();
        empty = timers->empty() ? empty + 1 : 0;
        std::lock_guard lock(mutex);
        for (const auto& timer : *timers) claimed.insert(timer.id.value);
      }
    });
  }
  for (auto& thread : pool) thread.join();
  EXPECT_EQ(claimed.size(), 200U);
  EXPECT_EQ(std::set<std::int64_t>(claimed.begin(), claimed.end()).size(), 200U);
}

TYPED_TEST_P(StoreSuite, ALeaseIsHeldByOneUntilItLapses) {
  const Instant now = this->clock_.now();
  const auto take = [&](const std::string& owner, Instant at) {
    return this->store_->take_lease("consumer:x", owner, at, std::chrono::seconds{10}).value();
  };
  EXPECT_TRUE(take("a", now));
  EXPECT_FALSE(take("b", now + std::chrono::seconds{5}));
  EXPECT_TRUE(take("a", now + std::chrono::seconds{5}));
  EXPECT_FALSE(take("b", now + std::chrono::seconds{14}));
  EXPECT_TRUE(take("b", now + std::chrono::seconds{15}));
  EXPECT_FALSE(take("a", now + std::chrono::seconds{16}));
}

TYPED_TEST_P(StoreSuite, ACursorMovesOnlyFromWhereItStands) {
  const auto move = [&](FeedPosition from, FeedPosition to) {
    Change change;
    change.writes.push_back(move_cursor("c", from, to));
    return this->store_->commit(std::move(change));
  };
  this->expect_code(move({5, 1}, {6, 1}), ErrorCode::conflict);
  ASSERT_TRUE(move({0, 0}, {5, 1}).ok());
  this->expect_code(move({0, 0}, {7, 1}), ErrorCode::conflict);
  ASSERT_TRUE(move({5, 1}, {6, 2}).ok());
  auto reader = this->store_->read();
  EXPECT_EQ(read_cursor(**reader, "c").value(), (FeedPosition{6, 2}));
  EXPECT_EQ(read_cursor(**reader, "other").value(), (FeedPosition{}));
}

TYPED_TEST_P(StoreSuite, IdsAreUniqueAcrossThreadsAndStores) {
  std::mutex mutex;
  std::set<std::int64_t> all;
  std::size_t wanted = 0;
  const auto take_many = [&](Store& store) {
    for (int i = 0; i < 300; ++i) {
      const std::int64_t count = i % 7 == 0 ? 5 : 1;
      const auto first = store.allocate_ids(count);
      ASSERT_TRUE(first.ok());
      ASSERT_GT(*first, 0);
      std::lock_guard lock(mutex);
      wanted += static_cast<std::size_t>(count);
      for (std::int64_t id = *first; id < *first + count; ++id) all.insert(id);
    }
  };
  for (int round = 0; round < 2; ++round) {
    std::vector<std::thread> pool;
    for (int t = 0; t < 8; ++t) pool.emplace_back([&] { take_many(*this->store_); });
    for (auto& thread : pool) thread.join();
    this->reopen();
  }
  const std::int64_t many = this->store_->allocate_ids(limits::id_block * 3).value();
  for (std::int64_t id = many; id < many + limits::id_block * 3; ++id) all.insert(id);
  EXPECT_EQ(all.size(), wanted + limits::id_block * 3);
}

TYPED_TEST_P(StoreSuite, BulkRowsLandWithTheirEventBesideInteractiveWrites) {
  constexpr int slices = 6, rows = 1'500;
  std::thread interactive([&] {
    for (std::int64_t id = 0; id < 60; ++id)
      EXPECT_TRUE(this->store_->commit(suite::put(1'000'000 + id)).ok());
  });
  for (int s = 0; s < slices; ++s) {
    BulkSlice slice{"cell", {"id", "whole", "fraction", "words", "bytes"}, {}, {}};
    for (std::int64_t r = 0; r < rows; ++r) {
      slice.cells.insert(slice.cells.end(), {Value{std::int64_t{s} * rows + r}, Value{r}, Value{0.5},
                                             Value{"词\t\\N"}, Value{Blob{"\x01"}}});
      if (r % 3 == 0) slice.cells[slice.cells.size() - 3] = Null{};
    }
    slice.change.events.push_back({"ingest.slice", std::to_string(s)});
    const auto appended = this->store_->append(std::move(slice));
    ASSERT_TRUE(appended.ok()) << appended.error().to_log();
  }
  interactive.join();
  static const Statement count =
      suite::same("suite.count_cells", "SELECT count(*) FROM cell WHERE words = '词\t\\N'");
  EXPECT_EQ(this->number(count), slices * rows);
  EXPECT_EQ(this->number(suite::count_items), 60);
  EXPECT_EQ(this->whole_feed().size(), static_cast<std::size_t>(slices));
}

// While people write, small slices go in their company: each fails or stands by itself all the same.
TYPED_TEST_P(StoreSuite, SmallSlicesBesideAStreamOfWritesStandOrFailAlone) {
  constexpr std::int64_t slices = 60, rows = 8, singles = 300;
  std::atomic<bool> done{false};
  std::thread people([&] {
    std::int64_t id = 1'000'000;
    for (; id < 1'000'000 + singles || !done; ++id)
      EXPECT_TRUE(this->store_->commit(suite::told(id, "single")).ok());
    EXPECT_TRUE(this->store_->commit(suite::put(9'000'000, std::to_string(id - 1'000'000))).ok());
  });
  for (std::int64_t s = 0; s < slices; ++s) {
    const bool bad = s % 3 == 2;
    BulkSlice slice{"item", {"id", "version", "name"}, {}, {}};
    slice.decided = rows;
    for (std::int64_t r = 0; r < rows; ++r)
      slice.cells.insert(slice.cells.end(), {Value{s * rows + (bad && r == rows - 1 ? 0 : r)},
                                             Value{std::int64_t{1}}, Value{"n"}});
    slice.change.events.push_back({"ingest.slice", std::to_string(s)});
    const auto appended = this->store_->append(std::move(slice));
    ASSERT_EQ(appended.ok(), !bad);
    if (bad) {
      EXPECT_EQ(appended.error().code, ErrorCode::conflict);
    }
  }
  done = true;
  people.join();
  static const Statement of_slices =
      suite::same("suite.of_slices", "SELECT count(*) FROM item WHERE name = 'n'");
  EXPECT_EQ(this->number(of_slices), slices / 3 * 2 * rows);
  std::int64_t told_slices = 0, told_singles = 0;
  for (const auto& entry : this->whole_feed()) ++(entry.kind == "ingest.slice" ? told_slices : told_singles);
  EXPECT_EQ(told_slices, slices / 3 * 2);
  EXPECT_EQ(this->number(suite::count_items), told_singles + 1 + slices / 3 * 2 * rows);
}

TYPED_TEST_P(StoreSuite, ASliceWithABadRowLeavesNothing) {
  BulkSlice slice{"item", {"id", "version", "name"}, {}, {}};
  for (std::int64_t r = 0; r < 100; ++r)
    slice.cells.insert(slice.cells.end(), {Value{r % 99}, Value{std::int64_t{1}}, Value{"n"}});
  slice.change.events.push_back({"ingest.slice", "{}"});
  this->expect_code(this->store_->append(std::move(slice)), ErrorCode::conflict);
  EXPECT_EQ(this->number(suite::count_items), 0);
  EXPECT_TRUE(this->whole_feed().empty());
}

TYPED_TEST_P(StoreSuite, MigrationsRunOnceAndAreGuarded) {
  ASSERT_TRUE(this->store_->commit(suite::put(1)).ok());
  EXPECT_TRUE(this->store_->migrate(suite::tables()).ok());
  EXPECT_EQ(this->number(suite::count_items), 1);
  auto edited = suite::tables();
  edited[0].sqlite += " ";
  const auto changed = this->store_->migrate(edited);
  ASSERT_FALSE(changed.ok());
  EXPECT_EQ(changed.error().message, "storage.migration_changed");
  const std::vector<Migration> older = {suite::tables()[0]};
  const auto newer = this->store_->migrate(older);
  ASSERT_FALSE(newer.ok());
  EXPECT_EQ(newer.error().code, ErrorCode::corrupt);
  EXPECT_EQ(newer.error().message, "storage.newer");
}

TYPED_TEST_P(StoreSuite, AFailingMigrationLeavesNoTrace) {
  auto steps = suite::tables();
  steps.push_back(suite::step(3, "half", "CREATE TABLE half (id BIGINT); INSERT INTO nowhere VALUES (1)"));
  EXPECT_FALSE(this->store_->migrate(steps).ok());
  steps.back() = suite::step(3, "half", "CREATE TABLE half (id BIGINT)");
  EXPECT_TRUE(this->store_->migrate(steps).ok());
}

REGISTER_TYPED_TEST_SUITE_P(
    StoreSuite, WhatIsCommittedIsReadAndOutlivesTheStore, AReaderKeepsItsSnapshotWhileOthersWrite,
    AFailedExpectationUndoesTheWholeChange, BrokenConstraintsAreConflicts, AFailedChangeDoesNotHarmItsGroup,
    ConflictingDecisionsAllTakeEffectOnce, ARepeatedRequestGetsItsEarlierAnswerAndWritesNothing,
    AKeyUsedForAnotherBodyIsRefused, TheSameRequestFromManyThreadsTakesEffectOnce, EveryTypeComesBackAsItWent,
    LargeValuesComeBackWhole, TextThatCannotBeStoredIsInvalid, BadSqlIsOurFaultAndTheReaderLivesOn,
    AQueryStopsWhenItsCallbackSaysSo, QueryEachTellsWhichParametersFoundARow,
    TheFeedLosesNothingAndKeepsOrderUnderManyWriters, ACommitsPositionIsThatOfItsLastEvent,
    WaitingForTheFeedEndsWhenSomethingCommits, TimersAreClaimedOnceAndCompletedByTheirHolderOnly,
    ManyClaimersShareTimersWithoutOverlap, ALeaseIsHeldByOneUntilItLapses, ACursorMovesOnlyFromWhereItStands,
    IdsAreUniqueAcrossThreadsAndStores, BulkRowsLandWithTheirEventBesideInteractiveWrites,
    SmallSlicesBesideAStreamOfWritesStandOrFailAlone, ASliceWithABadRowLeavesNothing,
    MigrationsRunOnceAndAreGuarded, AFailingMigrationLeavesNoTrace);

}  // namespace jingwei::storage
