/* lib/ssm: joining systems, against the algebra of their responses. */
#include <criterion/criterion.h>
Test(join, nothing) {}
