/**
 * Health and metrics on a port of their own, which answers while the public port is overloaded or
 * stops.
 */
@NullMarked
package ai.adraa.inbox.server.management;

import org.jspecify.annotations.NullMarked;
