#include "app/modules.h"

#include "access/messages.gen.h"
#include "app/cli/messages.gen.h"
#include "app/messages.gen.h"
#include "base/messages.gen.h"
#include "crypto/messages.gen.h"
#include "engines/linkage/messages.gen.h"
#include "engines/rules/messages.gen.h"
#include "http/messages.gen.h"
#include "modules/audit/messages.gen.h"
#include "modules/audit/sql.gen.h"
#include "modules/cases/messages.gen.h"
#include "modules/cases/sql.gen.h"
#include "modules/catalog/messages.gen.h"
#include "modules/catalog/sql.gen.h"
#include "modules/forms/messages.gen.h"
#include "modules/identity/messages.gen.h"
#include "modules/identity/sql.gen.h"
#include "modules/ingest/messages.gen.h"
#include "modules/ingest/sql.gen.h"
#include "modules/metrics/messages.gen.h"
#include "modules/metrics/sql.gen.h"
#include "modules/notice/messages.gen.h"
#include "modules/notice/sql.gen.h"
#include "modules/open311/messages.gen.h"
#include "modules/open311/sql.gen.h"
#include "modules/operations/messages.gen.h"
#include "modules/purpose/messages.gen.h"
#include "modules/purpose/sql.gen.h"
#include "modules/quality/messages.gen.h"
#include "modules/quality/sql.gen.h"
#include "modules/region/messages.gen.h"
#include "modules/region/sql.gen.h"
#include "modules/registry/messages.gen.h"
#include "modules/registry/sql.gen.h"
#include "modules/source/messages.gen.h"
#include "modules/source/sql.gen.h"
#include "scenario/messages.gen.h"
#include "scenario/sql.gen.h"
#include "schema/messages.gen.h"
#include "sim/messages.gen.h"
#include "spreadsheet/messages.gen.h"
#include "storage/messages.gen.h"
#include "storage/sql.gen.h"

namespace jingwei::app {

std::vector<storage::Migration> all_migrations() {
  std::vector<storage::Migration> all;
  for (const auto migrations :
       {storage::sql::migrations(), region::sql::migrations(), catalog::sql::migrations(),
        ingest::sql::migrations(), metrics::sql::migrations(), source::sql::migrations(),
        quality::sql::migrations(), audit::sql::migrations(), identity::sql::migrations(),
        purpose::sql::migrations(), registry::sql::migrations(), cases::sql::migrations(),
        notice::sql::migrations(), open311::sql::migrations(), scenario::sql::migrations()}) {
    all.insert(all.end(), migrations.begin(), migrations.end());
  }
  return all;
}

void register_all_messages() {
  base::register_messages();
  linkage::register_messages();
  access::register_messages();
  schema::register_messages();
  rules::register_messages();
  crypto::register_messages();
  storage::register_messages();
  http::register_messages();
  region::register_messages();
  catalog::register_messages();
  ingest::register_messages();
  metrics::register_messages();
  notice::register_messages();
  open311::register_messages();
  operations::register_messages();
  forms::register_messages();
  spreadsheet::register_messages();
  source::register_messages();
  quality::register_messages();
  audit::register_messages();
  identity::register_messages();
  purpose::register_messages();
  registry::register_messages();
  cases::register_messages();
  scenario::register_messages();
  sim::register_messages();
  app::register_messages();
  jingwei::cli::register_messages();
}

}  // namespace jingwei::app
