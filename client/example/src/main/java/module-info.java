module example {
  requires ai.adraa.inbox.client;
}
