"use strict";
// The official client, unmodified, walks through what an account does. It prints one JSON object of what it got.
const fs = require("fs");
const sdk = require("@open-dy/open_api_sdk");
const credential = require("@open-dy/open_api_credential");

const given = JSON.parse(process.argv[2]);
const keys = { clientKey: given.clientKey, clientSecret: given.clientSecret };
const client = new sdk.default(keys);

const request = (name, fields) => new sdk[`${name}Request`](fields);
const file = (path) => ({ filename: "clip.mp4", contentType: "video/mp4", content: fs.createReadStream(path) });

async function tokens(got) {
  got.credential = await new credential.default(keys).getClientToken();
  got.clientToken = await client.oauthClientToken(
    request("OauthClientToken", { ...keys, grantType: "client_credential" }),
  );
  got.access = await client.oauthAccessToken(
    request("OauthAccessToken", { ...keys, code: given.code, grantType: "authorization_code" }),
  );
  const { refreshToken } = got.access.data;
  got.refreshed = await client.oauthRefreshToken(
    request("OauthRefreshToken", { clientKey: keys.clientKey, grantType: "refresh_token", refreshToken }),
  );
  got.renewed = await client.oauthRenewRefreshToken(
    request("OauthRenewRefreshToken", { clientKey: keys.clientKey, refreshToken }),
  );
  return { accessToken: got.refreshed.data.accessToken, openId: got.refreshed.data.openId };
}

async function videos(got, as) {
  got.user = await client.oauthUserinfo(request("OauthUserinfo", as));
  got.upload = await client.videoUploadVideo(request("VideoUploadVideo", { ...as, video: file(given.video) }));
  const { videoId } = got.upload.data.video;
  got.created = await client.videoCreateVideo(request("VideoCreateVideo", { ...as, videoId, text: "官方客户端" }));
  got.listed = await client.videoVideoList(request("VideoVideoList", { ...as, cursor: "0", count: 10 }));
  const itemIds = [got.created.data.itemId];
  got.data = await client.videoVideoData(request("VideoVideoData", { ...as, itemIds }));
  const begun = await client.initVideoPartUpload(request("InitVideoPartUpload", as));
  const { uploadId } = begun.data;
  got.part = await client.videoUploadVideoPart(
    request("VideoUploadVideoPart", { ...as, uploadId, partNumber: "1", video: file(given.video) }),
  );
  got.complete = await client.completeVideoPartUpload(request("CompleteVideoPartUpload", { ...as, uploadId }));
  return itemIds[0];
}

async function conversations(got, as, itemId) {
  got.card = await client.saveRetainConsultCard(
    request("SaveRetainConsultCard", { ...as, title: "预约试驾", components: [1, 2, 3], mediaId: "" }),
  );
  got.cards = await client.getRetainConsultCard(request("GetRetainConsultCard", as));
  const to = { toUserId: given.user, msgId: given.messageId, conversationId: "@any", scene: "im_reply_msg" };
  const words = { msgType: 1, text: { text: "您好" } };
  const card = { msgType: 8, retainConsultCard: { cardId: got.card.cardId } };
  got.sent = await client.sendMsg(request("SendMsg", { ...as, ...to, contentList: [words, card] }));
  got.refused = await client
    .sendMsg(request("SendMsg", { ...as, ...to, msgId: "@nobody", content: words }))
    .catch((error) => ({ code: error.code, message: error.message }));
  got.log = await client.logList(request("LogList", { ...as, startTime: "0", endTime: "9999999999", count: "10" }));
  got.reply = await client.itemCommentReply(request("ItemCommentReply", { ...as, itemId, content: "谢谢" }));
  got.comments = await client.commentList(request("CommentList", { ...as, itemId, cursor: "0", count: 10 }));
}

async function rooms(got, as) {
  got.rooms = await client.roomIdGet(request("RoomIdGet", { ...as, startTime: "0", endTime: "9999999999" }));
  const [roomId] = got.rooms.roomIds;
  got.base = await client.baseGet(request("BaseGet", { ...as, roomId }));
  got.audience = await client.audienceGet(request("AudienceGet", { ...as, roomId }));
}

async function main() {
  const got = {};
  const as = await tokens(got);
  const itemId = await videos(got, as);
  await conversations(got, as, itemId);
  await rooms(got, as);
  process.stdout.write(JSON.stringify(got));
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
