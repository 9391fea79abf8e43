/*
 * Characters that a search takes for the same. Each group is one word, and its last character stands for the others.
 *
 * People know how a name sounds, and seldom which form of a character the register has. So some groups join forms that differ by
 * their history, such as 斎 and 斉, because people write both for one name. A search may then find more than was meant, and never
 * less. Characters that are not the same stay apart, even where they look or sound alike: 椎 and 槌, 坂 and 阪, 脇 and 脅.
 *
 * The groups leave out the forms that Unicode's compatibility mapping (NFKC) joins, such as 62 of the 364 old forms of the jōyō
 * kanji, and forms that differ by a variation selector.
 */

/** The old forms in the table of jōyō kanji (常用漢字表, 2010), with further forms of the same characters. */
const JOYO = `
萬万 與与 兩両 竝並 乘乗 亂乱 龜亀 豫予 爭争 亞亜 佛仏 假仮 會会 傳伝 體躰軆骵体
餘余 倂併 價価 儉倹 僞偽 兒児 黨党 圓円 寫冩写 處処 劍劔劒剱釼剣 劑剤 剩剰 勵励 勞労
效効 敕勅 勸勧 勳勛勲 區区 醫医 單単 卽即 嚴厳 參参 雙双 收収 敍敘叙 臺台 號号 營営
囑嘱 團団 圍囲 圖図 國囯圀囶国 圈圏 壓圧 墮堕 壘塁 鹽塩 增増 壞壊 壤壌 壯壮 聲声
壹壱 賣売 變変 奧奥 奬獎奨 孃嬢 學斈学 寶寳宝 實実 寬寛 寢寝 對対 壽寿 專専 將将
盡尽 屆届 屬属 嶽岳 峽峡 巢巣 卷巻 帶帯 歸帰 廳廰庁 廣広 廢廃 瓣辨辯弁 貳弐 彌弥
彈弾 當当 徑径 從従 德徳 徵徴 應応 戀恋 恆恒 惠恵 惱悩 惡悪 慘惨 愼慎 懷懐 戰戦
戲戱戯 戾戻 拂払 拔抜 擇択 擔担 拜拝 據拠 擴拡 擧挙 挾挟 插挿 搜捜 揭掲 搖揺 攝摂
擊撃 數数 齋齊亝斎斉 斷断 舊旧 晝昼 晚晩 曉暁 曆暦 曾曽 條条 來来 樞枢 榮栄 櫻桜
棧桟 檢検 樓楼 樂楽 槪概 樣様 權権 橫横 缺欠 歐欧 歡歓 步歩 齒歯 歷歴 殘残 毆殴
殼殻 每毎 氣気 澤沢 淨浄 淺浅 濱濵浜 淚泪涙 渴渇 濟済 涉渉 澁澀渋 溪谿渓 溫温 灣湾
濕湿 滿満 瀧滝 滯滞 潛濳潜 瀨瀬 燈灯 爐炉 點奌点 爲為 燒焼 犧犠 狀状 獨独 狹狭 獵猟
獻献 獸獣 甁瓶 畫画 疊畳 瘦痩 癡痴 發発 盜盗 縣県 眞真 硏研 碎砕 禮礼 禪禅 祕秘
稱称 稻稲 穗穂 穩穏 竊窃 龍龒竜 粹粋 肅粛 絲糸 經経 繪絵 繼継 續続 總緫総 綠緑 緖緒
緣縁 繩縄 縱縦 纖繊 罐缶 飜翻 聽聴 膽胆 腦脳 臟臓 艷艶 藝芸 莖茎 莊荘 藏蔵 薰薫
藥薬 虛虚 蟲虫 蠶蚕 螢蛍 蠻蛮 衞衛 裝装 襃褒 霸覇 覺覚 覽覧 觀観 觸触 譯訳 證証
譽誉 讀読 謠謡 讓譲 豐豊 贊賛 踐践 轉転 輕軽 辭辤辞 邊邉辺 遞逓 遲遅 郞郎 鄕鄉郷
醉酔 釀醸 釋釈 鐵鐡銕鉄 鑛砿礦鉱 錢銭 鑄鋳 鍊錬 錄録 鎭鎮 關関 鬭鬪闘 陷陥 險険 隨随
隱隠 雜雑 靈灵霊 靜静 賴頼 顯顕 餠餅 驛駅 驅駈駆 騷騒 驗験 髓髄 髮髪 鷄雞鶏 麥麦
麵麪麺 黃黄 黑黒 默黙 齡齢
`;

/** The pairs of the tables of kanji for names that are not above (人名用漢字, 戸籍法施行規則 別表第二). */
const JINMEIYO = `
亙亘 凛凜 薗園 冨富 堯尭 峯峰 嶋嶌㠀島 巖巗巌 晄晃 盃杯 檜桧 槇槙 凉涼 禰袮祢 禱祷
祿禄 穰穣 萠萌 遙遥 埜壄野
`;

/**
 * Forms in names of families, persons and places. The variants are those of the Ministry of Justice's unified characters for family
 * registers (戸籍統一文字), the simplified forms in common use (表外漢字字体表, 簡易慣用字体) and the semantic variants of
 * Unicode's Unihan database. Seven are common in names without standing there: 夲, 枩, 凞, 尓, 竸, 奌 and 靍.
 */
const NAMES = `
弌一 弎三 卋丗世 亊事 弍二 亰京 仭仞 矦侯 侠俠 倶俱 值値 兔兎 兠兜 內内 册冊 寃冤
寇冦 凢凡 凴凭 凾函 刄刃 剥剝 刧劫 勈勇 勻匀 卆卒 恊協 夘卯 厡原 廚厨 廐廏厩 睿叡
𠮟叱 𠮷吉 仝同 吳呉 吿告 悊喆哲 唖啞 譱善 㐂喜 甞嘗 嘘噓 噐器 噛嚙 囘囬回 圡土 埀垂
坤堃 塲場 墖塔 塡填 疆壃 夛多 竒奇 姙妊 玅妙 妒妬 姊姉 姬姫 娛娯 聟壻婿 冝宜 寍寧
剋尅 尙尚 尠尟 屛屏 峩峨 﨑嵜崎 幇幫 秊年 幷并 庻庶 厠廁 厦廈 庿廟 强強 弯彎 彜彝
彥彦 徃往 恠怪 耻恥 悅悦 慙慚 嬾懶 戶戸 拋抛 抅拘 拏拿 掻搔 攜携 掴摑 撹攪 敎教
扵於 昻昂 曻昇 朙明 昬昏 旾春 旹時 晰晳 曵曳 㝡最 朢望 朞期 夲本 邨村 枩柗松 桝枡
栢柏 栁桺柳 柹柿 桒枽桑 杆桿 樑梁 楳槑梅 棃梨 棊棋 槗𣘺橋 簷檐 楫檝 梼檮 檪櫟 枦櫨
謌歌 毗毘 氊氈 冰氷 汙汚 决決 沉沈 冲沖 沒没 况況 灋法 濤涛 湻淳 渕渊淵 淸清 减減
涌湧 凖準 柒漆 澂澄 沪濾 潅灌 烖災 焔焰 烟煙 凞熈煕熙 爗燁 鷰燕 尓爾 墻牆 犁犂 貍狸
豬猪 珎珍 瓔珱 琹琴 璢瑠 琅瑯 瑤瑶 甆瓷 產産 畍界 畄留 畆畝 畧略 疇畴 皋皐 睂眉
榘矩 碇矴 礪砺 盌碗 碍礙 龝穐秌秋 稅税 稺穉稚 棱稜 禀稟 稾稿 糓穀 頴穎 窗窻牕窓 窰窯
竃竈 豎竪 竸競 笔筆 笋筍 箏筝 筱篠 簱籏 籘籐 篭籠 籖籤 黏粘 粮糧 糺糾 絋紘 帋紙
綂統 絕絶 緜綿 綫線 繍繡 繋繫 罸罰 羣群 羮羹 翆翠 畊耕 垩聖 聰聡 聨聯 軄職 肧胚
脉脈 脫脱 﨟臈臘 卧臥 舍舎 鋪舗 舩船 蘆芦 芲花 莓苺 菰苽 荊荆 莵菟 蕐華 莱萊 萓萱
薊葪 塟葬 盖葢蓋 簑蓑 蒋蔣 葱蔥 蘂蕋蕊 薮藪 蘓蘇 檗蘗 蚉蚊 虵蛇 蝉蟬 蠏蟹 蝿蠅 蝋蠟
蛎蠣 覔覓 觧解 咏詠 說説 諌諫 讚讃 贒賢 賎賤 貭質 躳躬 輛輌 迯逃 逹達 溯遡 迩邇
醕醇 醤醬 釡釜 鑪鈩 鈎鉤 銳鋭 鐮鎌 熔鎔 鎻鎖 鈬鐸 鍳鑒鑑 閇閉 閒間 濶闊 隂陰 鄰隣
隸隷 雋隽 鳫鴈雁 䧺雄 靁雷 靑青 靣面 靱靭 鞆靹 韮韭 韵韻 响響 頰頬 頚頸 頹頽 飃飄
飮飲 餝飾 羪養 飡餐 舘館 馱駄 騨驒 髙高 欝鬱 鯵鰺 鳧鳬 鴟鵄 鵝鵞 鴬鶯 靏靍靎寉鶴 鴎鷗
鹸鹼 麁麤 麸麩 麹麴 鱉鼈 皷鼓 鼡鼠
`;

export const OLD_FORMS: readonly string[] = [JOYO, JINMEIYO, NAMES].flatMap((groups) =>
  groups.trim().split(/\s/),
);
