/**
 * The command line: one class for each command or group of commands. It parses options, calls the
 * other packages and prints results; it decides nothing else.
 */
@NullMarked
package ai.adraa.inbox.server.cli;

import org.jspecify.annotations.NullMarked;
