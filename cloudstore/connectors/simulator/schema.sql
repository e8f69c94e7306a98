create table if not exists setting (key text primary key, value text not null);

create table if not exists app (
  client_key text primary key,
  secret text not null,
  target text not null,
  redirect_prefix text not null default ''
);

create table if not exists account (
  open_id text primary key,
  client_key text not null,
  nickname text not null,
  avatar text not null default '',
  city text not null default '',
  role text not null default 'EAccountM',
  scopes text not null,
  strength real not null default 1.0,
  connected integer not null default 0,
  created_at real not null
);

create table if not exists token (
  token text primary key,
  kind text not null,
  client_key text not null,
  open_id text not null default '',
  scopes text not null default '',
  created_at real not null,
  expires_at real not null,
  renewals integer not null default 0,
  redirect_uri text not null default ''
);
create index if not exists token_owner on token (open_id, kind);

create table if not exists person (open_id text primary key, nickname text not null, avatar text not null default '');

create table if not exists upload (
  upload_id text primary key, open_id text not null, ends_at real not null, video_id text not null default ''
);
create table if not exists part (
  upload_id text not null, number integer not null, path text not null, size integer not null,
  primary key (upload_id, number)
);
create table if not exists video (
  video_id text primary key, open_id text not null, path text not null, size integer not null,
  width integer not null, height integer not null, seconds real not null, created_at real not null
);
create table if not exists image (
  image_id text primary key, open_id text not null, path text not null, media_type text not null
);
create table if not exists item (
  seq integer primary key autoincrement,
  item_id text not null unique,
  video_id text not null default '',
  open_id text not null,
  title text not null,
  share_id text not null default '',
  cover_image_id text not null default '',
  status integer not null default 1,
  strength real not null default 1.0,
  created_at real not null
);
create index if not exists item_account on item (open_id, seq);

create table if not exists message (
  seq integer primary key autoincrement,
  message_id text not null unique,
  open_id text not null,
  person_id text not null,
  conversation_id text not null,
  direction text not null,
  message_type text not null,
  content text not null,
  scene text not null default '',
  answers text not null default '',
  source text not null default '',
  created_at real not null,
  recalled integer not null default 0
);
create index if not exists message_answers on message (answers);
create index if not exists message_pair on message (open_id, person_id, created_at);

create table if not exists visit (open_id text not null, person_id text not null, visited_at real not null);
create index if not exists visit_pair on visit (open_id, person_id, visited_at);
create table if not exists leave_to_write (
  open_id text not null, person_id text not null, granted_at real not null, primary key (open_id, person_id)
);

create table if not exists card (
  card_id text primary key, open_id text not null, title text not null, media_id text not null default '',
  components text not null, status integer not null default 1
);

create table if not exists comment (
  seq integer primary key autoincrement,
  comment_id text not null unique,
  item_id text not null,
  person_id text not null,
  nickname text not null,
  text text not null,
  reply_to text not null default '',
  top integer not null default 0,
  created_at real not null
);
create index if not exists comment_item on comment (item_id, seq);

create table if not exists room (
  room_id text primary key, live_id text not null, open_id text not null, started_at real not null,
  minutes integer not null, viewers integer not null, ready_at real not null
);

create table if not exists subscription (
  client_key text not null, event text not null, status integer not null, time_outs integer not null default 0,
  primary key (client_key, event)
);

create table if not exists intention (
  seq integer primary key autoincrement, client_key text not null, account_id text not null, open_id text not null,
  event text not null, event_time real not null, content text not null
);

create table if not exists delivery (
  id integer primary key autoincrement,
  msg_id text not null,
  client_key text not null,
  event text not null,
  body blob not null,
  state text not null,
  signed integer not null default 1,
  due_at real not null,
  created_at real not null
);
create index if not exists delivery_due on delivery (state, due_at);
create table if not exists attempt (
  delivery_id integer not null, at real not null, status integer not null, answer text not null, milliseconds real not null
);
create index if not exists attempt_delivery on attempt (delivery_id);

create table if not exists call (
  id integer primary key autoincrement, at real not null, method text not null, path text not null,
  open_id text not null, status integer not null, code integer not null
);

create table if not exists fault (
  id integer primary key autoincrement, path text not null, kind text not null, remaining integer not null,
  seconds real not null default 0, code integer not null default 0, status integer not null default 0
);
