/**
 * Measures the speed of the server and compares it with minimal servers on the same stack: {@code
 * mvn verify -Pbenchmark}.
 */
@NullMarked
package ai.adraa.inbox.benchmark;

import org.jspecify.annotations.NullMarked;
