#!/usr/bin/env node
// Committed, because a package manager links a bin at install time, before the first build.
import '../dist/cli/main.js';
