// Single records that a resident had erased (删除): written down in the ledger first, then gone from the
// store, and gone again from whatever older copy is put back.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "crypto/keystore.h"
#include "modules/ingest/ingest_service.h"

namespace jingwei::purpose {

// A record to be erased.
struct ErasedOne {
  std::string resource;
  RecordId record;
};

// All must outlive it; without a keystore nothing outlives a copy that is put back. Thread-safe.
class Erasures {
 public:
  Erasures(ingest::IngestService& ingest, crypto::Keystore* keystore, const Clock& clock)
      : ingest_(ingest), keystore_(keystore), clock_(clock) {}

  // How many records went by this order, by resource: also those of an earlier run that was cut short.
  // Errors: those of ingest::RecordErasing, the ledger's; who asks again goes on where it stopped.
  Result<std::map<std::string, std::int64_t>> erase(const std::vector<ErasedOne>& records,
                                                    const ingest::ErasureOrder& order);

  // Erases what stands of the records that the ledger names, since the data are older than their erasure, and
  // tells how many did. Before anything is read. Errors: as erase.
  Result<std::int64_t> replay();

 private:
  ingest::IngestService& ingest_;
  crypto::Keystore* keystore_;
  const Clock& clock_;
};

}  // namespace jingwei::purpose
