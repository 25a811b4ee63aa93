#include "schema/request_binding.h"
