"""Headers in Chinese, Japanese, Korean and Russian, folded like all others.

Belongs here: whole headers, since these scripts (Russian apart) part no words by blanks.
"""

from dagster_project.identity.tabular.meanings import Meaning

PERSONS_ELSEWHERE: dict[Meaning, str] = {
    Meaning.GIVEN_NAME: "名 名字 下の名前 имя",
    Meaning.MIDDLE_NAME: "отчество ミドルネーム",
    Meaning.FAMILY_NAME: "姓 姓氏 苗字 성 성씨 фамилия",
    Meaning.FULL_NAME: "姓名 全名 客户姓名 客戶姓名 客户名称 联系人 聯絡人 会员姓名 氏名 名前 お名前 顧客名 "
    "이름 성명 고객명 고객이름 фио полноеимя имяфамилия фамилияимя",
    Meaning.BIRTH_DATE: "出生日期 生日 出生年月日 出生年月 誕生日 生年月日 생년월일 생일 출생일 "
    "датарождения деньрождения",
    Meaning.BIRTH_YEAR: "出生年 出生年份 生年 出生年度 출생년도 출생연도 годрождения",
    Meaning.EMAIL: "电子邮件 電子郵件 电子邮箱 電子郵箱 邮箱 郵箱 邮箱地址 邮件地址 电邮 電郵 邮件 郵件 電子信箱 "
    "メール メールアドレス 電子メール イーメール 이메일 이메일주소 전자우편 메일 "
    "электроннаяпочта почта адресэлектроннойпочты емейл",
    Meaning.PHONE: "电话 電話 电话号码 電話號碼 联系电话 聯絡電話 手机 手機 手机号 手机号码 手機號碼 移动电话 "
    "座机 固定电话 传真 電話番号 携帯 携帯電話 携帯番号 携帯電話番号 전화 전화번호 휴대폰 휴대폰번호 "
    "휴대전화 핸드폰 연락처 телефон номертелефона мобильный мобильныйтелефон сотовый",
    Meaning.STREET: "地址 住址 街道 详细地址 詳細地址 家庭住址 通讯地址 联系地址 住所 番地 주소 도로명주소 "
    "адрес улица",
    Meaning.CITY: "城市 市 所在城市 市区町村 都市 도시 시 город населенныйпункт",
    Meaning.STATE: "省 省份 州 都道府県 도 시도 область регион край",
    Meaning.POSTAL_CODE: "邮编 郵編 邮政编码 郵遞區號 郵便番号 우편번호 индекс почтовыйиндекс",
    Meaning.COUNTRY: "国家 國家 国籍 國籍 国 국가 나라 국적 страна гражданство",
    Meaning.GENDER: "性别 性別 성별 пол",
    Meaning.OCCUPATION: "职业 職業 职位 職位 职务 岗位 役職 직업 직책 직위 должность профессия",
    Meaning.ORGANISATION: "公司 公司名称 公司名稱 单位 工作单位 企业 会社 会社名 勤務先 회사 회사명 직장 "
    "компания организация работодатель",
    Meaning.BIRTH_PLACE: "出生地 籍贯 籍貫 출생지 месторождения",
    Meaning.ID_NUMBER: "身份证 身份证号 身份证号码 身分證字號 护照 护照号 护照号码 パスポート番号 マイナンバー "
    "주민등록번호 여권번호 паспорт номерпаспорта снилс инн",
}  # fmt: skip

WORKS_ELSEWHERE: dict[Meaning, str] = {
    Meaning.TITLE: "标题 標題 书名 書名 歌名 曲名 产品名称 商品名称 商品名 品名 タイトル 題名 商品名 "
    "제목 상품명 제품명 название наименование заголовок",
    Meaning.CREATOR: "作者 艺术家 艺人 歌手 品牌 导演 制造商 アーティスト 著者 メーカー ブランド 監督 "
    "저자 가수 아티스트 브랜드 제조사 автор исполнитель бренд производитель режиссер",
    Meaning.SERIES: "专辑 專輯 系列 期刊 出版社 アルバム シリーズ 雑誌 앨범 시리즈 альбом серия журнал",
    Meaning.DESCRIPTION: "描述 说明 簡介 简介 摘要 説明 概要 설명 описание аннотация",
    Meaning.YEAR: "年份 年 发行年份 出版年 発売年 연도 год годвыпуска",
}  # fmt: skip
