// A shared library that has nothing to do with us.
extern "C" __attribute__((visibility("default"))) int some_other_function(void) { return 42; }
