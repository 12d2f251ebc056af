/** The Java client of the Adraa Inbox API. */
module ai.adraa.inbox.client {
  requires transitive java.net.http;
  requires com.fasterxml.jackson.annotation;
  requires com.fasterxml.jackson.core;
  requires com.fasterxml.jackson.databind;
  requires com.fasterxml.jackson.datatype.jsr310;
  requires static jakarta.annotation;
  requires static transitive org.jspecify;

  exports ai.adraa.inbox.client;
  exports ai.adraa.inbox.client.model;

  opens ai.adraa.inbox.client.model;
}
