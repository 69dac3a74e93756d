"""The words around an article in eight languages: navigation, share rows, newsletters, comments, walls and error pages."""

from dataclasses import dataclass

from broadsheet.world.almanac import Language

SECTIONS = (
    "politics",
    "economy",
    "society",
    "crime",
    "disaster",
    "health",
    "education",
    "environment",
    "science",
    "sport",
    "culture",
    "weather",
    "labour",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One language's furniture."""

    sections: tuple[str, ...]
    """In the order of SECTIONS."""
    home: str
    search: str
    share: str
    follow: str
    newsletter: str
    newsletter_text: str
    email: str
    subscribe: str
    comments: str
    name: str
    comment: str
    post: str
    readers: tuple[tuple[str, str], ...]
    """Readers' names and what they write under any article."""
    related: str
    most_read: str
    also: str
    headlines: str
    read_more: str
    photo: str
    by: str
    published: str
    updated: str
    source: str
    rights: str
    imprint: str
    privacy: str
    contact: str
    cookies: str
    accept: str
    next_page: str
    print_version: str
    advertisement: str
    missing: str
    missing_text: str
    robot: str
    robot_text: str
    consent: str
    consent_text: str
    paywall: str
    paywall_text: str
    scripts: str
    dash: str
    """Between dateline and text."""

    def section(self, key: str) -> str:
        return self.sections[SECTIONS.index(key)]


WORDS: dict[Language, Words] = {
    "en": Words(
        sections=(
            *("Politics", "Economy", "Society", "Crime", "Emergencies", "Health", "Education"),
            *("Environment", "Science", "Sport", "Culture", "Weather", "Work"),
        ),
        home="Home",
        search="Search",
        share="Share this article",
        follow="Follow us",
        newsletter="The morning letter",
        newsletter_text="Five stories before breakfast, six days a week, free of charge.",
        email="Your email address",
        subscribe="Subscribe",
        comments="Comments",
        name="Name",
        comment="Your comment",
        post="Post comment",
        readers=(
            ("Tidewatcher", "Thank you for staying with this. More of it, please."),
            ("M. from the hill", "I wish somebody had asked the people who live there."),
        ),
        related="Related",
        most_read="Most read",
        also="Also in the news",
        headlines="Headlines",
        read_more="Read more",
        photo="Photo",
        by="By",
        published="Published",
        updated="Updated",
        source="Source",
        rights="All rights reserved.",
        imprint="About us",
        privacy="Privacy",
        contact="Contact",
        cookies="We use cookies to count our readers.",
        accept="Accept",
        next_page="Next page",
        print_version="Print version",
        advertisement="Advertisement",
        missing="Page not found",
        missing_text=(
            "The page you asked for has moved or no longer exists. Try the search, or start again from the home page."
        ),
        robot="One more moment",
        robot_text=(
            "We are checking that you are a person and not a robot. Please switch on JavaScript and cookies to go on."
        ),
        consent="Your privacy",
        consent_text=(
            "We and our 184 partners store information on your device. Accept all to go on reading, or take a "
            "pass without tracking "
            "for 2.99 a month."
        ),
        paywall="Go on reading with Premium",
        paywall_text=(
            "This article is for subscribers. Try it for one pound in the first month and cancel whenever you like."
        ),
        scripts="You need to enable JavaScript to run this app.",
        dash=" — ",
    ),
    "de": Words(
        sections=(
            *("Politik", "Wirtschaft", "Gesellschaft", "Kriminalität", "Unglücke", "Gesundheit", "Bildung"),
            *("Umwelt", "Wissenschaft", "Sport", "Kultur", "Wetter", "Arbeit"),
        ),
        home="Startseite",
        search="Suche",
        share="Artikel teilen",
        follow="Folgen Sie uns",
        newsletter="Der Morgenbrief",
        newsletter_text="Fünf Geschichten vor dem Frühstück, an sechs Tagen in der Woche, kostenlos.",
        email="Ihre E-Mail-Adresse",
        subscribe="Abonnieren",
        comments="Kommentare",
        name="Name",
        comment="Ihr Kommentar",
        post="Kommentar abschicken",
        readers=(
            ("Deichläufer", "Danke, dass Sie an dem Thema dranbleiben."),
            ("Anwohnerin", "Schade, dass wieder niemand die Leute vor Ort gefragt hat."),
        ),
        related="Mehr zum Thema",
        most_read="Meistgelesen",
        also="Außerdem",
        headlines="Schlagzeilen",
        read_more="Weiterlesen",
        photo="Foto",
        by="Von",
        published="Veröffentlicht",
        updated="Aktualisiert",
        source="Quelle",
        rights="Alle Rechte vorbehalten.",
        imprint="Impressum",
        privacy="Datenschutz",
        contact="Kontakt",
        cookies="Wir verwenden Cookies, um unsere Leser zu zählen.",
        accept="Einverstanden",
        next_page="Nächste Seite",
        print_version="Druckversion",
        advertisement="Anzeige",
        missing="Seite nicht gefunden",
        missing_text=(
            "Die gewünschte Seite wurde verschoben oder gelöscht. Nutzen Sie die Suche oder gehen Sie zur Startseite."
        ),
        robot="Einen Augenblick",
        robot_text=(
            "Wir prüfen, ob Sie ein Mensch sind. Bitte schalten Sie JavaScript und Cookies ein, um fortzufahren."
        ),
        consent="Weiter mit Werbung oder im Abo",
        consent_text=(
            "Wir und unsere 184 Partner speichern Informationen auf Ihrem Gerät. Stimmen Sie zu, um "
            "weiterzulesen, oder nehmen Sie das "
            "Pur-Abo für 2,99 Euro im Monat."
        ),
        paywall="Weiterlesen mit Plus",
        paywall_text=(
            "Dieser Artikel ist Abonnenten vorbehalten. Testen Sie Plus im ersten Monat für einen Euro, "
            "jederzeit kündbar."
        ),
        scripts="Bitte aktivieren Sie JavaScript, um diese Anwendung zu nutzen.",
        dash=" – ",
    ),
    "fr": Words(
        sections=(
            *("Politique", "Économie", "Société", "Faits divers", "Catastrophes", "Santé", "Éducation"),
            *("Environnement", "Sciences", "Sports", "Culture", "Météo", "Travail"),
        ),
        home="Accueil",
        search="Rechercher",
        share="Partager cet article",
        follow="Suivez-nous",
        newsletter="La lettre du matin",
        newsletter_text="Cinq articles avant le petit-déjeuner, six jours sur sept, gratuitement.",
        email="Votre adresse électronique",
        subscribe="S'abonner",
        comments="Commentaires",
        name="Nom",
        comment="Votre commentaire",
        post="Publier",
        readers=(
            ("Jeanne des quais", "Merci de continuer à suivre ce dossier."),
            ("Un habitant", "Dommage que personne n'ait interrogé les riverains."),
        ),
        related="Sur le même sujet",
        most_read="Les plus lus",
        also="À lire aussi",
        headlines="Les titres",
        read_more="Lire la suite",
        photo="Photo",
        by="Par",
        published="Publié le",
        updated="Mis à jour le",
        source="Source",
        rights="Tous droits réservés.",
        imprint="Mentions légales",
        privacy="Confidentialité",
        contact="Contact",
        cookies="Nous utilisons des cookies pour compter nos lecteurs.",
        accept="Accepter",
        next_page="Page suivante",
        print_version="Version imprimable",
        advertisement="Publicité",
        missing="Page introuvable",
        missing_text=(
            "La page demandée a été déplacée ou n'existe plus. Utilisez la recherche ou revenez à l'accueil."
        ),
        robot="Un instant",
        robot_text="Nous vérifions que vous n'êtes pas un robot. Activez JavaScript et les cookies pour continuer.",
        consent="Le respect de votre vie privée",
        consent_text=(
            "Avec nos 184 partenaires, nous stockons des informations sur votre appareil. Acceptez pour "
            "continuer la lecture, ou "
            "abonnez-vous pour 2,99 euros par mois."
        ),
        paywall="La suite est réservée aux abonnés",
        paywall_text="Essayez l'offre numérique pour un euro le premier mois, sans engagement.",
        scripts="Veuillez activer JavaScript pour utiliser cette application.",
        dash=" – ",
    ),
    "es": Words(
        sections=(
            *("Política", "Economía", "Sociedad", "Sucesos", "Emergencias", "Salud", "Educación"),
            *("Medio ambiente", "Ciencia", "Deportes", "Cultura", "El tiempo", "Trabajo"),
        ),
        home="Portada",
        search="Buscar",
        share="Compartir",
        follow="Síganos",
        newsletter="La carta de la mañana",
        newsletter_text="Cinco historias antes del desayuno, seis días a la semana, gratis.",
        email="Su correo electrónico",
        subscribe="Suscribirse",
        comments="Comentarios",
        name="Nombre",
        comment="Su comentario",
        post="Publicar comentario",
        readers=(
            ("Vecino del muelle", "Gracias por seguir con este tema."),
            ("Lucía R.", "Lástima que nadie haya preguntado a los que viven allí."),
        ),
        related="Noticias relacionadas",
        most_read="Lo más leído",
        also="Además",
        headlines="Titulares",
        read_more="Leer más",
        photo="Foto",
        by="Por",
        published="Publicado",
        updated="Actualizado",
        source="Fuente",
        rights="Todos los derechos reservados.",
        imprint="Quiénes somos",
        privacy="Privacidad",
        contact="Contacto",
        cookies="Usamos cookies para contar a nuestros lectores.",
        accept="Aceptar",
        next_page="Página siguiente",
        print_version="Versión para imprimir",
        advertisement="Publicidad",
        missing="Página no encontrada",
        missing_text="La página que busca se ha movido o ya no existe. Use el buscador o vuelva a la portada.",
        robot="Un momento",
        robot_text="Estamos comprobando que usted no es un robot. Active JavaScript y las cookies para continuar.",
        consent="Su privacidad",
        consent_text=(
            "Nosotros y nuestros 184 socios guardamos información en su dispositivo. Acepte para seguir leyendo "
            "o suscríbase por 2,99 al mes."
        ),
        paywall="Siga leyendo con la suscripción",
        paywall_text="Este artículo es solo para suscriptores. Pruebe el primer mes por un euro.",
        scripts="Active JavaScript para usar esta aplicación.",
        dash=" — ",
    ),
    "ru": Words(
        sections=(
            *("Политика", "Экономика", "Общество", "Криминал", "Происшествия", "Здоровье", "Образование"),
            *("Экология", "Наука", "Спорт", "Культура", "Погода", "Труд"),
        ),
        home="Главная",
        search="Поиск",
        share="Поделиться",
        follow="Мы в соцсетях",
        newsletter="Утреннее письмо",
        newsletter_text="Пять историй до завтрака, шесть дней в неделю, бесплатно.",
        email="Ваш адрес электронной почты",
        subscribe="Подписаться",
        comments="Комментарии",
        name="Имя",
        comment="Ваш комментарий",
        post="Отправить",
        readers=(
            ("Волжанин", "Спасибо, что не бросаете эту тему."),
            ("Галина П.", "Жаль, что опять не спросили самих жителей."),
        ),
        related="По теме",
        most_read="Самое читаемое",
        also="Читайте также",
        headlines="Заголовки",
        read_more="Подробнее",
        photo="Фото",
        by="Автор:",
        published="Опубликовано",
        updated="Обновлено",
        source="Источник",
        rights="Все права защищены.",
        imprint="О редакции",
        privacy="Конфиденциальность",
        contact="Контакты",
        cookies="Мы используем файлы cookie, чтобы считать читателей.",
        accept="Принять",
        next_page="Следующая страница",
        print_version="Версия для печати",
        advertisement="Реклама",
        missing="Страница не найдена",
        missing_text="Запрошенная страница перемещена или удалена. Воспользуйтесь поиском или вернитесь на главную.",
        robot="Одну минуту",
        robot_text="Мы проверяем, что вы не робот. Включите JavaScript и файлы cookie, чтобы продолжить.",
        consent="Ваши данные",
        consent_text="Мы и 184 наших партнёра храним сведения на вашем устройстве. Согласитесь, чтобы читать дальше.",
        paywall="Дальше — по подписке",
        paywall_text="Эта статья доступна подписчикам. Первый месяц стоит один рубль.",
        scripts="Чтобы пользоваться сайтом, включите JavaScript.",
        dash=" — ",
    ),
    "tr": Words(
        sections=(
            *("Siyaset", "Ekonomi", "Toplum", "Adliye", "Afet", "Sağlık", "Eğitim"),
            *("Çevre", "Bilim", "Spor", "Kültür", "Hava durumu", "Çalışma hayatı"),
        ),
        home="Ana sayfa",
        search="Ara",
        share="Haberi paylaş",
        follow="Bizi takip edin",
        newsletter="Sabah mektubu",
        newsletter_text="Kahvaltıdan önce beş haber, haftada altı gün, ücretsiz.",
        email="E-posta adresiniz",
        subscribe="Abone ol",
        comments="Yorumlar",
        name="Ad",
        comment="Yorumunuz",
        post="Gönder",
        readers=(
            ("İskeleden biri", "Bu konunun peşini bırakmadığınız için teşekkürler."),
            ("Nermin T.", "Keşke orada yaşayanlara da sorulsaydı."),
        ),
        related="İlgili haberler",
        most_read="En çok okunanlar",
        also="Diğer haberler",
        headlines="Başlıklar",
        read_more="Devamını oku",
        photo="Fotoğraf",
        by="Haber:",
        published="Yayınlanma",
        updated="Güncelleme",
        source="Kaynak",
        rights="Tüm hakları saklıdır.",
        imprint="Künye",
        privacy="Gizlilik",
        contact="İletişim",
        cookies="Okurlarımızı saymak için çerez kullanıyoruz.",
        accept="Kabul et",
        next_page="Sonraki sayfa",
        print_version="Yazdırılabilir sürüm",
        advertisement="Reklam",
        missing="Sayfa bulunamadı",
        missing_text="Aradığınız sayfa taşınmış ya da silinmiş. Aramayı kullanın ya da ana sayfaya dönün.",
        robot="Bir dakika",
        robot_text="Robot olmadığınızı denetliyoruz. Sürdürmek için JavaScript'i ve çerezleri açın.",
        consent="Gizliliğiniz",
        consent_text="Biz ve 184 ortağımız cihazınızda bilgi saklıyoruz. Okumayı sürdürmek için kabul edin.",
        paywall="Devamı aboneler için",
        paywall_text="Bu haber yalnızca abonelere açıktır. İlk ay bir lira.",
        scripts="Bu uygulama için JavaScript gereklidir.",
        dash=" – ",
    ),
    "ar": Words(
        sections=(
            *("سياسة", "اقتصاد", "مجتمع", "حوادث", "كوارث", "صحة", "تعليم"),
            *("بيئة", "علوم", "رياضة", "ثقافة", "طقس", "عمل"),
        ),
        home="الرئيسية",
        search="بحث",
        share="شارك المقال",
        follow="تابعونا",
        newsletter="رسالة الصباح",
        newsletter_text="خمس قصص قبل الفطور، ستة أيام في الأسبوع، مجانا.",
        email="بريدك الإلكتروني",
        subscribe="اشترك",
        comments="التعليقات",
        name="الاسم",
        comment="تعليقك",
        post="أرسل التعليق",
        readers=(
            ("قارئ من الضفة", "شكرا على متابعة هذا الملف."),
            ("أم سليم", "ليت أحدا سأل السكان أنفسهم."),
        ),
        related="مواضيع ذات صلة",
        most_read="الأكثر قراءة",
        also="اقرأ أيضا",
        headlines="العناوين",
        read_more="المزيد",
        photo="تصوير",
        by="بقلم",
        published="نشر في",
        updated="آخر تحديث",
        source="المصدر",
        rights="جميع الحقوق محفوظة.",
        imprint="من نحن",
        privacy="الخصوصية",
        contact="اتصل بنا",
        cookies="نستخدم ملفات تعريف الارتباط لإحصاء قرائنا.",
        accept="موافق",
        next_page="الصفحة التالية",
        print_version="نسخة للطباعة",
        advertisement="إعلان",
        missing="الصفحة غير موجودة",
        missing_text="نقلت الصفحة المطلوبة أو حذفت. استخدم البحث أو عد إلى الصفحة الرئيسية.",
        robot="لحظة من فضلك",
        robot_text="نتحقق من أنك لست روبوتا. فعل جافاسكربت وملفات تعريف الارتباط للمتابعة.",
        consent="خصوصيتك",
        consent_text="نحن وشركاؤنا البالغ عددهم 184 نخزن معلومات على جهازك. وافق لمتابعة القراءة.",
        paywall="البقية للمشتركين",
        paywall_text="هذا المقال للمشتركين فقط. جرب الشهر الأول مجانا.",
        scripts="يجب تفعيل جافاسكربت لتشغيل هذا التطبيق.",
        dash=" – ",
    ),
    "zh": Words(
        sections=(
            *("时政", "经济", "社会", "法治", "灾害", "健康", "教育"),
            *("环境", "科学", "体育", "文化", "天气", "劳动"),
        ),
        home="首页",
        search="搜索",
        share="分享到",
        follow="关注我们",
        newsletter="早间来信",
        newsletter_text="每周六天，早餐前送上五条新闻，免费订阅。",
        email="您的电子邮箱",
        subscribe="订阅",
        comments="评论",
        name="昵称",
        comment="您的评论",
        post="发表评论",
        readers=(
            ("码头老李", "感谢记者持续关注。"),
            ("路过的人", "要是能多问问当地居民就好了。"),
        ),
        related="相关新闻",
        most_read="阅读排行",
        also="其他新闻",
        headlines="要闻",
        read_more="阅读全文",
        photo="摄影",
        by="记者",
        published="发布时间",
        updated="更新时间",
        source="来源",
        rights="版权所有，未经许可不得转载。",
        imprint="关于我们",
        privacy="隐私政策",
        contact="联系我们",
        cookies="本站使用Cookie统计读者人数。",
        accept="同意",
        next_page="下一页",
        print_version="打印版",
        advertisement="广告",
        missing="页面不存在",
        missing_text="您访问的页面已被移动或删除，请使用搜索或返回首页。",
        robot="请稍候",
        robot_text="正在确认您不是机器人，请启用JavaScript和Cookie后继续。",
        consent="您的隐私",
        consent_text="本站及184家合作伙伴会在您的设备上存储信息，同意后方可继续阅读。",
        paywall="订阅后继续阅读",
        paywall_text="本文仅供订阅用户阅读，首月一元。",
        scripts="请启用JavaScript以运行本应用。",
        dash=" ",
    ),
}
