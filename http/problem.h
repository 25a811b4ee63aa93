// Problem bodies whose status is not the one of the error's code (405, 408, 414, 421, 431, 501 and the like).
#pragma once

#include "http/message.h"

namespace jingwei::http {

// As problem(), with the status given. Faults of ours (500 and above) are logged under the id that goes out
// as "instance"; their detail never leaves the process.
Response problem_with_status(int status, const Error& error, Language language);

}  // namespace jingwei::http
